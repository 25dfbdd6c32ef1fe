//! A raw server that does its worst with a request, and may repeat it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::canaries::FRESH;
use crate::echoes::{Spelling, bodies};

/// What it does with each request.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    /// Answers with this status and a body that repeats the request: the one of this number in this spelling.
    Echo(u16, usize, Spelling),
    /// The request in a stored block of gzip, so that the text itself is on the wire.
    EchoGzip(u16),
    /// The request as the body of a coding that nobody undoes.
    EchoCoded,
    /// Sends the client to this place, path and query of the request behind it.
    Redirect(u16, String),
    /// Repeats the request in a body that is cut.
    Cut,
    /// Repeats the request where the status line should be.
    Garbage,
    /// A TLS alert.
    TlsAlert,
    Close,
    Hang,
}

pub(crate) struct Hostile {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Hostile {
    /// Logins are answered with a session when `logs_in`, else like everything.
    pub(crate) fn start(then: Then, logs_in: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&server.connections), Arc::clone(&server.requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::SeqCst);
                let (then, requests) = (then.clone(), Arc::clone(&requests));
                // A client that goes away is its own affair.
                std::thread::spawn(move || serve(stream, &then, logs_in, &requests));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 65536];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut piece).ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

fn serve(mut stream: TcpStream, then: &Then, logs_in: bool, requests: &Mutex<Vec<String>>) -> Option<()> {
    loop {
        let request = read_request(&mut stream)?;
        requests.lock().unwrap().push(request.clone());
        let answer = |status: u16, headers: &str, body: &[u8]| {
            // The id of a request may be anything, a secret included.
            let head = format!(
                "HTTP/1.1 {status} {}\r\nx-request-id: {}\r\nx-echo: {}\r\n{headers}content-length: {}\r\n\r\n",
                "because",
                header_line(&request, 100),
                header_line(&request, 4000),
                body.len()
            );
            [head.as_bytes(), body].concat()
        };
        if logs_in && request.starts_with("POST /v") && request.contains("/auth/login") {
            let session = serde_json::json!({"metadata": {"status": 200}, "data": {"sessionID": FRESH}});
            stream
                .write_all(&answer(200, "", session.to_string().as_bytes()))
                .ok()?;
            continue;
        }
        match then {
            Then::Echo(status, which, spelling) => {
                let bodies = bodies(&request, *spelling);
                stream
                    .write_all(&answer(*status, "", bodies[which % bodies.len()].as_bytes()))
                    .ok()?;
            }
            Then::EchoGzip(status) => {
                let body = stored_gzip(&bodies(&request, Spelling::AsItIs)[0]);
                stream
                    .write_all(&answer(*status, "content-encoding: gzip\r\n", &body))
                    .ok()?;
            }
            Then::EchoCoded => {
                stream
                    .write_all(&answer(500, "content-encoding: br\r\n", request.as_bytes()))
                    .ok()?;
            }
            Then::Redirect(status, to) => {
                let target = request.split_whitespace().nth(1).unwrap_or("/").to_owned();
                let echo: String = header_line(&request, 4000);
                let location = format!("location: {to}{target}#{}\r\n", echo.replace(' ', "%20"));
                stream.write_all(&answer(*status, &location, request.as_bytes())).ok()?;
            }
            Then::Cut => {
                let head = "HTTP/1.1 401 No\r\ncontent-length: 1000000\r\n\r\n";
                write!(stream, "{head}{request}").ok()?;
                return None;
            }
            Then::Garbage => {
                stream.write_all(request.as_bytes()).ok()?;
                return None;
            }
            Then::TlsAlert => {
                stream.write_all(b"\x15\x03\x03\x00\x02\x02\x28").ok()?;
                return None;
            }
            Then::Close => return None,
            Then::Hang => loop {
                std::thread::park();
            },
        }
    }
}

/// The secrets of a request in one line, as far as a header takes them.
fn header_line(request: &str, most: usize) -> String {
    let from = request.find("CANARY").or_else(|| request.find("Basic ")).unwrap_or(0);
    request[from..]
        .chars()
        .filter(|c| c.is_ascii() && !c.is_ascii_control())
        .take(most)
        .collect()
}

/// A gzip that holds the text as it is.
fn stored_gzip(text: &str) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let bytes = text.as_bytes();
    let length = u16::try_from(bytes.len()).unwrap();
    out.push(1);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(bytes);
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend_from_slice(&(!crc).to_le_bytes());
    out.extend_from_slice(&u32::from(length).to_le_bytes());
    out
}

//! A server that writes down each request, and answers it itself or has the emulator answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Who answers.
#[derive(Clone)]
pub(crate) enum Canned {
    /// The server at this address (`127.0.0.1:port`).
    Forward(String),
    /// This status and the whole request as the body.
    Echo(u16),
    /// An empty answer with this `Date`.
    At(&'static str),
    /// Nobody: the connection stays open.
    Never,
}

/// A server on loopback.
pub(crate) struct Recorder {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) fn start(answer: Canned) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = (Arc::clone(&requests), Arc::clone(&heads));
        std::thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that goes away is its own affair.
                if let Some(stream) = answer_one(stream, &answer, &noted) {
                    open.push(stream);
                }
            }
        });
        Self { url, requests, heads }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// First line and body of each request, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// First line and headers of each request, in order.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

type Noted = (Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<String>>>);

fn answer_one(mut stream: TcpStream, answer: &Canned, (noted, heads): &Noted) -> Option<TcpStream> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    heads.lock().unwrap().push(head.clone());
    noted
        .lock()
        .unwrap()
        .push(format!("{} {text}", head.lines().next().unwrap_or_default()));
    match answer {
        Canned::Never => return Some(stream),
        Canned::Echo(status) => {
            let echo = format!("{head}\r\n{text}");
            write!(
                stream,
                "HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{echo}",
                echo.len()
            )
            .ok()?;
        }
        Canned::At(date) => {
            write!(
                stream,
                "HTTP/1.1 404 No\r\nConnection: close\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n"
            )
            .ok()?;
        }
        Canned::Forward(address) => {
            let mut there = TcpStream::connect(address).ok()?;
            write!(there, "{head}Connection: close\r\n\r\n").ok()?;
            there.write_all(&body).ok()?;
            std::io::copy(&mut there, &mut stream).ok()?;
        }
    }
    None
}

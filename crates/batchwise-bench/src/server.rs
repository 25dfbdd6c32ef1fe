//! The neutral server: reads a request to its end, answers for each of its records, keeps the connection. It can be slow, and
//! strict about its rate.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::answers;
use crate::wire;

/// How it serves.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Serve {
    /// The address to listen on; its port is printed
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Calls in any second at most; further ones get a 429
    #[arg(long)]
    per_second: Option<usize>,
    /// Every call is on its way for up to so many milliseconds, by chance, before it is counted
    #[arg(long, default_value = "0")]
    delay_ms: u64,
    /// An answer takes so many milliseconds
    #[arg(long, default_value = "0")]
    answer_ms: u64,
}

/// What connections share.
#[derive(Debug)]
struct Shared {
    settings: Serve,
    /// When the calls of the last second came.
    calls: RefCell<VecDeque<Instant>>,
    /// The state of a small generator of random numbers (Weyl's sequence, mixed).
    chance: RefCell<u64>,
}

impl Shared {
    /// A wait of up to so many milliseconds.
    fn delay(&self) -> Duration {
        let mut state = self.chance.borrow_mut();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Duration::from_micros((mixed >> 33) % (self.settings.delay_ms * 1000 + 1))
    }

    /// True when this call is one too many in the second that ends now. What is refused counts too.
    fn refuses(&self) -> bool {
        let Some(limit) = self.settings.per_second else {
            return false;
        };
        let (mut calls, now) = (self.calls.borrow_mut(), Instant::now());
        while calls
            .front()
            .is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(1))
        {
            calls.pop_front();
        }
        calls.push_back(now);
        calls.len() > limit
    }
}

/// Serves until the process ends. The port is printed first.
pub(crate) async fn serve(settings: Serve) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.listen).await?;
    println!("{}", listener.local_addr()?.port());
    let shared = Rc::new(Shared {
        settings,
        calls: RefCell::default(),
        chance: RefCell::new(1),
    });
    tokio::task::LocalSet::new()
        .run_until(async move {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let shared = Rc::clone(&shared);
                tokio::task::spawn_local(async move {
                    if let Err(error) = connection(stream, &shared).await {
                        eprintln!("{error:#}");
                    }
                });
            }
        })
        .await
}

/// Answers on one connection until its client leaves.
async fn connection(mut stream: TcpStream, shared: &Shared) -> anyhow::Result<()> {
    let (mut input, mut body, mut output) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(head) = wire::request(&mut stream, &mut input).await? {
        if shared.settings.delay_ms > 0 {
            sleep(shared.delay()).await;
        }
        output.clear();
        if shared.refuses() {
            output.extend_from_slice(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n");
        } else {
            let request = input.get(head.end..head.end + head.body).unwrap_or_default();
            answers::body(&head.target, request, &mut body);
            let start = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
            output.extend_from_slice(format!("{start}{}\r\n\r\n", body.len()).as_bytes());
            output.extend_from_slice(&body);
            if shared.settings.answer_ms > 0 {
                sleep(Duration::from_millis(shared.settings.answer_ms)).await;
            }
        }
        stream.write_all(&output).await?;
        input.drain(..head.end + head.body);
    }
    Ok(())
}

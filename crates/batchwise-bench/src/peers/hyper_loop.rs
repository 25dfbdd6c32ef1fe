//! The least that can be done: one connection for each call in flight, driven by hand.

use std::cell::RefCell;

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::by_hand::{Request, outcomes, requests};
use crate::job::Job;

pub(super) async fn run(job: &Job) -> anyhow::Result<u64> {
    let requests = RefCell::new(requests(job)?);
    let host = job.url.strip_prefix("http://").context("an http:// address")?;
    let workers = (0..job.calls()).map(|_| async {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut sum = 0;
        loop {
            let Some(request) = requests.borrow_mut().next() else {
                return anyhow::Ok(sum);
            };
            let Request {
                verb,
                url,
                headers,
                body,
                sent,
            } = request?;
            let target = url.strip_prefix(&job.url).unwrap_or(&url);
            let mut builder = http::Request::builder().method(verb).uri(target).header("host", host);
            for (name, value) in headers {
                builder = builder.header(*name, *value);
            }
            let response = sender.send_request(builder.body(Full::new(Bytes::from(body)))?).await?;
            ensure!(response.status().is_success(), "{}", response.status());
            let body = response.into_body().collect().await?.to_bytes();
            for outcome in outcomes(job.method, &sent, &body)? {
                sum += u64::from(outcome.done);
            }
        }
    });
    Ok(try_join_all(workers).await?.into_iter().sum())
}

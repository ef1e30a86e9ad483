//! Connections: how many, and how long one may be silent.
//!
//! Whoever sends no request, or does not read the answer, is cut off, so that the places go round. Who is
//! refused while still sending hears so: a connection that ends takes in for a moment what is on its way.
//! What cannot be accepted for want of files is waited out; the listener keeps the rest in its queue.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Sleep;

use super::respond::{ID, at_the_door, refused_unread};
use super::stream::Leaving;
use super::{Bounds, Problem};
use crate::limits;

/// How long to wait before the next connection is accepted where the system had no room for one.
const NO_ROOM: Duration = Duration::from_millis(50);
/// Once fewer than this part of the places is free, connections end with their answer.
const FEW: usize = 8;

/// Serves until `shutdown` is done; requests under way are finished, and what was accepted is durable.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: impl Future<Output = ()> + Send + 'static,
) {
    let places = Arc::new(Semaphore::new(bounds.connections));
    let router = router.layer(axum::middleware::map_response({
        let places = places.clone();
        move |response| std::future::ready(leaving(response, &places, bounds.connections))
    }));
    let router = router.layer(axum::middleware::from_fn(for_one_host));
    let (tell, told) = watch::channel(false);
    // What has no end of its own ends with the server.
    let router = router.layer(axum::Extension(Leaving(told.clone())));
    let mut shutdown = pin!(shutdown);
    loop {
        if places.available_permits() == 0 {
            tracing::warn!(most = bounds.connections, "every connection is taken: the next one waits");
        }
        let accepting = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepting => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone(), bounds, told.clone());
                tokio::spawn(async move {
                    let _place = place;
                    connection.await;
                });
            }
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted for now");
                tokio::time::sleep(NO_ROOM).await;
            }
        }
    }
    drop(listener);
    tell.send_replace(true);
    let all = u32::try_from(bounds.connections).unwrap_or(u32::MAX);
    drop(places.acquire_many(all).await);
}

/// Refuses a request that does not say for which host it is, or says so twice (RFC 9112, section 3.2).
async fn for_one_host(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let needed = request.version() == Version::HTTP_11;
    let is_one = |host: &HeaderValue| host.is_empty() || Authority::try_from(host.as_bytes()).is_ok();
    let right = match (hosts.next(), hosts.next()) {
        (None, _) => !needed,
        (Some(host), None) => is_one(host),
        (Some(_), Some(_)) => false,
    };
    if right {
        return next.run(request).await;
    }
    let problem = Problem::new(400, "request.host", "send one Host header, which names the host");
    at_the_door(problem)
}

/// Whether it was that connection alone which failed.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Lets go of who was answered where others wait for a place.
fn leaving(mut response: Response, places: &Semaphore, all: usize) -> Response {
    if places.available_permits() < all / FEW {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn connection(stream: TcpStream, router: Router, bounds: Bounds, mut told: watch::Receiver<bool>) {
    // An answer is written whole: waiting for more of it would only delay it.
    let _ = stream.set_nodelay(true);
    // A machine that is gone takes nothing and says nothing: what it was sent waits no longer than an answer may.
    let unread_ms = u32::try_from(bounds.unread.as_millis()).unwrap_or(u32::MAX);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, unread_ms);
    let stream = TokioIo::new(Patient {
        stream,
        patience: bounds.unread,
        waiting: None,
        lingering: None,
        instead: Vec::new(),
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head);
    http.max_header_size(limits::HEAD_BYTES).max_headers(limits::HEAD_LINES);
    http.max_buf_size(limits::READ_AHEAD_BYTES);
    // Who has sent all of it may say so and still be answered.
    http.half_close(true);
    let mut served = pin!(http.serve_connection(stream, TowerToHyperService::new(router)));
    let leaving = async { drop(told.wait_for(|told| *told).await) };
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = leaving => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection was cut off");
    }
}

/// A stream whose other end must read.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    /// Runs while nothing that is to be written is taken.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Runs once all is written and the other end was told so.
    lingering: Option<Pin<Box<Sleep>>>,
    /// What is left of what is written in the place of hyper's own answer.
    instead: Vec<u8>,
}

/// The answer, with what is wrong, that is given in the place of one which hyper gives by itself, to a head
/// that it does not read: that has no body, and every other has one or an id.
fn explained(answer: &[u8]) -> Option<Vec<u8>> {
    const NO_BODY: &str = "content-length: 0\r\n";
    let head = std::str::from_utf8(answer).ok().filter(|head| head.ends_with("\r\n\r\n"))?;
    let status: u16 = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    if !head.contains(NO_BODY) || head.contains(ID) {
        return None;
    }
    let (code, detail) = match status {
        431 => ("request.head", "the head of the request is too long, or has too many lines"),
        414 => ("request.head", "the address of the request is too long"),
        400 => ("request.malformed", "this cannot be read as a request: see RFC 9112"),
        _ => return None,
    };
    let problem = Problem::new(status, code, detail);
    let body = serde_json::to_string(&problem).ok()?;
    let length = body.len();
    let headers = format!(
        "content-type: application/problem+json\r\ncontent-length: {length}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n{ID}: {}\r\n",
        refused_unread(&problem)
    );
    Some((head.replacen(NO_BODY, &headers, 1) + &body).into_bytes())
}

impl Patient {
    fn written<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not read")))
    }

    /// Writes what it is given, or what explains it.
    fn poll_given(&mut self, cx: &mut Context<'_>, pieces: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.instead.is_empty()
            && let [answer] = pieces
        {
            self.instead = explained(answer).unwrap_or_default();
        }
        if self.instead.is_empty() {
            return Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        }
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.drain(..written);
        }
        Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()))
    }

    /// Takes in what is still sent, until the other end is done or it takes too long: a system that closes
    /// over unread bytes takes back the answer with them.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        const PIECE: usize = 4 * 1024;
        let linger = || Box::pin(tokio::time::sleep(Duration::from_millis(limits::LINGER_MS)));
        let lingering = self.lingering.get_or_insert_with(linger);
        while lingering.as_mut().poll(cx).is_pending() {
            let mut piece = [0; PIECE];
            let mut piece = ReadBuf::new(&mut piece);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece)) {
                Ok(()) if !piece.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = self.poll_given(cx, &[io::IoSlice::new(bytes)]);
        self.written(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = self.poll_given(cx, pieces);
        self.written(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        self.poll_rest(cx).map(Ok)
    }
}

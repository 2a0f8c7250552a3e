//! HTTP/1.1 by hand: the generator shares its cores with what it measures, so a request must cost next to nothing.

use std::{
    io::{Error, ErrorKind, Result},
    net::SocketAddr,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Room for the head of an answer and a short body.
const BUFFER: usize = 16 << 10;

/// A kept-alive connection that carries one request at a time.
pub struct Conn {
    stream: TcpStream,
    buffer: Box<[u8]>,
}

/// The head of an answer; its body was read and dropped.
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
}

impl Conn {
    pub async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; BUFFER].into_boxed_slice() })
    }

    /// Sends a whole request, head and body, and reads the answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let end = loop {
            let seen = filled;
            filled += self.read(filled).await?;
            // The end may lie across two reads.
            let from = seen.saturating_sub(3);
            if let Some(at) = self.buffer[from..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break from + at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..end]).map_err(|_| broken("a head that is no text"))?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or_else(|| broken("no status"))?;
        let body = match field(head, "content-length") {
            Some(length) => length.parse().map_err(|_| broken("an odd length"))?,
            None if field(head, "transfer-encoding").is_some() => return Err(broken("a body in pieces")),
            None => 0_usize,
        };
        let mut missing = (end + body).saturating_sub(filled);
        while missing > 0 {
            let room = missing.min(BUFFER - end);
            missing -= match self.stream.read(&mut self.buffer[end..end + room]).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                read => read,
            };
        }
        let head = std::str::from_utf8(&self.buffer[..end]).map_err(|_| broken("a head that is no text"))?;
        Ok(Answer { status, head })
    }

    async fn read(&mut self, filled: usize) -> Result<usize> {
        if filled == BUFFER {
            return Err(broken("a head that is too long"));
        }
        match self.stream.read(&mut self.buffer[filled..]).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }
}

impl Answer<'_> {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        field(self.head, name)
    }

    /// What a browser would send back: every cookie that was set, joined.
    pub fn cookies(&self) -> Option<String> {
        let set = self
            .head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let pairs: Vec<&str> = set.filter_map(|(_, cookie)| cookie.split(';').next()).map(str::trim).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// One request to one address, on a connection of its own.
pub async fn once(addr: SocketAddr, request: &[u8]) -> Result<u16> {
    Conn::open(addr).await?.send(request).await.map(|answer| answer.status)
}

/// A GET without a body.
pub fn get(addr: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {addr}\r\nAccept: */*\r\n\r\n").into_bytes()
}

/// A form as a browser on one of our own pages sends it.
pub fn form(addr: SocketAddr, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nSec-Fetch-Site: same-origin\r\n{cookie}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the answer has {what}"))
}

use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};

/// A way to the fake Graph that can be shut: then connections break, and new ones are refused before their first byte.
pub struct Gate {
    address: SocketAddr,
    to: SocketAddr,
    /// Bound and never listening, so that nobody else is given the port while the gate is shut.
    _place: TcpSocket,
    open: Option<JoinHandle<()>>,
}

impl Gate {
    /// An open one in front of `to`.
    pub fn new(to: SocketAddr) -> Self {
        let place = socket(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = place.local_addr().unwrap();
        let mut gate = Self { address, to, _place: place, open: None };
        gate.open();
        gate
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn open(&mut self) {
        if self.open.is_none() {
            let listener = socket(self.address).listen(1_024).unwrap();
            self.open = Some(tokio::spawn(serve(listener, self.to)));
        }
    }

    /// What is on its way is cut off; once this returns, nobody gets through.
    pub async fn shut(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
            let _ = open.await;
        }
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

async fn serve(listener: TcpListener, to: SocketAddr) {
    // They end with this task.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((mut from, _)) = listener.accept().await else { continue };
        connections.spawn(async move {
            let Ok(mut there) = TcpStream::connect(to).await else { return };
            let (_, _) = (from.set_nodelay(true), there.set_nodelay(true));
            let _ = copy_bidirectional(&mut from, &mut there).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

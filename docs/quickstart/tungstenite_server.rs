// An echo server on tungstenite, a thread for each connection: cargo run -- HOST PORT
use std::net::TcpListener;
use std::thread;

use tungstenite::{accept, Message};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let listener = TcpListener::bind(format!("{}:{}", args[1], args[2])).unwrap();
    for stream in listener.incoming() {
        thread::spawn(move || {
            let Ok(mut connection) = accept(stream.unwrap()) else {
                return;
            };
            while let Ok(message) = connection.read() {
                if matches!(message, Message::Text(_) | Message::Binary(_)) && connection.send(message).is_err() {
                    return;
                }
            }
            let _ = connection.flush(); // the Close frame that tungstenite has queued
        });
    }
}

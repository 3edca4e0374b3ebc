// An echo server on Boost.Beast, a thread for each connection: ./beast_server HOST PORT
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <thread>

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = boost::asio::ip::tcp;

void echo(tcp::socket socket) {
  websocket::stream<tcp::socket> connection(std::move(socket));
  websocket::permessage_deflate deflate;
  deflate.server_enable = true;
  connection.set_option(deflate);
  connection.read_message_max(64 << 20);
  beast::error_code error;
  connection.accept(error);
  while (!error) {
    beast::flat_buffer message;
    connection.read(message, error);
    if (error) break; // Beast has sent the Close frame
    connection.text(connection.got_text());
    connection.write(message.data(), error);
  }
}

int main(int, char** argv) {
  boost::asio::io_context context;
  tcp::endpoint address(boost::asio::ip::make_address(argv[1]), std::stoi(argv[2]));
  tcp::acceptor acceptor(context, address);
  for (;;) std::thread(echo, acceptor.accept()).detach();
}

// An echo server on WebSocket++: ./websocketpp_server HOST PORT
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>

// The library's configuration, with permessage-deflate.
struct config : websocketpp::config::asio {
  struct permessage_deflate_config {};
  using permessage_deflate_type =
      websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
  static const size_t max_message_size = 64 << 20;
};
using server = websocketpp::server<config>;

int main(int, char** argv) {
  server endpoint;
  endpoint.clear_access_channels(websocketpp::log::alevel::all);
  endpoint.clear_error_channels(websocketpp::log::elevel::all);
  endpoint.init_asio();
  endpoint.set_reuse_addr(true);
  endpoint.set_message_handler([&](websocketpp::connection_hdl connection, server::message_ptr message) {
    websocketpp::lib::error_code error; // the peer may be gone
    endpoint.send(connection, message->get_payload(), message->get_opcode(), error);
  });
  endpoint.listen(argv[1], argv[2]);
  endpoint.start_accept();
  endpoint.run();
}

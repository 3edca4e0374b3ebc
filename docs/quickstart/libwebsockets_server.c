// An echo server on libwebsockets: ./libwebsockets_server HOST PORT
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

struct message {
	struct message *next;
	size_t length;
	int binary;
	unsigned char *octets; // after LWS_PRE octets for the header
};

struct connection {
	struct message *first, **end; // to be sent
	unsigned char *received;
	size_t length, capacity;
};

static int enqueue(struct connection *c, int binary)
{
	struct message *m = calloc(1, sizeof *m);
	if (!m || !(m->octets = malloc(LWS_PRE + c->length + 1)))
		return -1;
	m->length = c->length;
	m->binary = binary;
	if (c->length)
		memcpy(m->octets + LWS_PRE, c->received, c->length);
	*c->end = m;
	c->end = &m->next;
	c->length = 0;
	return 0;
}

static void drop(struct connection *c)
{
	struct message *m = c->first;
	if (!(c->first = m->next))
		c->end = &c->first;
	free(m->octets);
	free(m);
}

static int echo(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	struct connection *c = user;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		c->end = &c->first;
		break;
	case LWS_CALLBACK_RECEIVE:
		if (c->length + n > c->capacity) {
			c->capacity = 2 * (c->length + n);
			if (!(c->received = realloc(c->received, c->capacity)))
				return -1;
		}
		if (n)
			memcpy(c->received + c->length, in, n);
		c->length += n;
		if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
			break;
		if (enqueue(c, lws_frame_is_binary(wsi)))
			return -1;
		lws_callback_on_writable(wsi);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE: {
		struct message *m = c->first;
		if (!m)
			break;
		int sent = lws_write(wsi, m->octets + LWS_PRE, m->length, m->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
		int short_write = sent < (int)m->length;
		drop(c);
		if (short_write)
			return -1;
		if (c->first)
			lws_callback_on_writable(wsi);
		break;
	}
	case LWS_CALLBACK_CLOSED:
		while (c->first)
			drop(c);
		free(c->received);
		break;
	default:
		break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct lws_protocols protocols[] = {{"echo", echo, sizeof(struct connection), 65536}, {0}};
	struct lws_context_creation_info info = {
		.iface = argv[1], .port = atoi(argv[2]), .protocols = protocols,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8, .pt_serv_buf_size = 65536};
	lws_set_log_level(0, NULL);
	struct lws_context *context = lws_create_context(&info);
	if (!context)
		return 1;
	while (lws_service(context, 0) >= 0)
		;
	return 0;
}

const $ = id => document.getElementById(id);
let socket, attempts = 0;

function connect() {
	socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/");
	socket.onopen = () => { attempts = 0; show("connected", true); };
	socket.onmessage = event => $("log").append(Object.assign(document.createElement("li"), { textContent: event.data }));
	socket.onclose = () => {
		// When the server stops, all pages lose it at once. To spread their attempts to
		// reconnect, each waits for a random time that grows (RFC 6455 7.2.3).
		const seconds = Math.random() * Math.min(30, 2 ** attempts++);
		show(`not connected, trying again in ${Math.ceil(seconds)} s`, false);
		setTimeout(connect, seconds * 1000);
	};
}

function show(state, open) {
	$("status").textContent = state;
	$("status").className = open ? "open" : "";
	$("send").disabled = !open;
}

$("form").onsubmit = event => {
	event.preventDefault();
	if (socket.readyState !== WebSocket.OPEN) return; // keep the input
	socket.send($("text").value);
	$("text").value = "";
};

connect();

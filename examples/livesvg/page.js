const $ = id => document.getElementById(id);
let attempts = 0;

function connect() {
	const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/");
	socket.onopen = () => { attempts = 0; show("connected", true); };
	socket.onmessage = event => {
		const drawing = new DOMParser().parseFromString(event.data, "image/svg+xml");
		$("drawing").replaceChildren(document.importNode(drawing.documentElement, true));
	};
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
}

connect();

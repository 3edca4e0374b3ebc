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
		// All pages lose the server at once and must not come back at once: they
		// wait for a random time, longer from attempt to attempt (RFC6455-7.2.3).
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

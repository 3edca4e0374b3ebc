const $ = id => document.getElementById(id);
const refusals = { 4000: "This name cannot be used.", 4001: "This name is taken, choose another." };
let name, socket, attempts = 0;

function connect() {
	socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/?name=${encodeURIComponent(name)}`);
	socket.onopen = () => { attempts = 0; };
	socket.onmessage = event => {
		const news = JSON.parse(event.data);
		if (news.members) joined(news.members);
		else said(news.from, news.text ?? "");
	};
	socket.onclose = event => {
		if (event.code in refusals) {
			join(refusals[event.code]);
			return;
		}
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

function join(why) {
	show(why, false);
	$("chat").hidden = true;
	$("join").hidden = false;
	$("name").select();
}

function joined(members) {
	if ($("chat").hidden) {
		$("join").hidden = true;
		$("chat").hidden = false;
		$("text").focus();
	}
	show(`connected as ${name}`, true);
	$("members").replaceChildren(...members.map(member => element("li", member)));
}

function said(from, text) {
	const line = element("li", "");
	line.append(element("strong", from), ": ", text);
	$("log").append(line);
	$("log").scrollTop = $("log").scrollHeight;
}

// textContent never interprets the input of others as markup.
function element(tag, text) {
	return Object.assign(document.createElement(tag), { textContent: text });
}

$("join").onsubmit = event => {
	event.preventDefault();
	name = $("name").value.trim();
	connect();
};

$("say").onsubmit = event => {
	event.preventDefault();
	if (socket.readyState !== WebSocket.OPEN) return; // keep the input
	socket.send($("text").value);
	$("text").value = "";
};

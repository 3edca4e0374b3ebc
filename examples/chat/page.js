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

// What others typed is text, never markup.
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
	if (socket.readyState !== WebSocket.OPEN) return; // the text stays for later
	socket.send($("text").value);
	$("text").value = "";
};

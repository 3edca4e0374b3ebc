package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/wsspec/wsspec/ref/wire"
)

// spareDescriptors is how many descriptors a process has open beside its connections,
// and more.
const spareDescriptors = 64

// descriptorsFor returns an error if a process may not open so many connections. Go
// has raised the soft limit to the hard one already.
func descriptorsFor(conns int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	if most := uint64(conns + spareDescriptors); limit.Cur < most {
		return fmt.Errorf("%d connections need %d descriptors, and a process may have %d open: raise the limit (ulimit -n), or measure fewer with -idle", conns, most, limit.Cur)
	}
	return nil
}

// trial is how many connections show what all of them will take.
const trial = 100

// idleConns returns with how many connections to measure, so that they take no more
// than half of the memory that is there: trialOctets is what one took in a trial.
func idleConns(wanted int, trialOctets float64, available uint64) int {
	if trialOctets <= 0 || available == 0 {
		return wanted
	}
	return min(wanted, max(trial, int(float64(available)/2/trialOctets)))
}

// availableMemory returns how many octets of memory programs can still have, as Linux
// says it, and zero elsewhere.
func availableMemory() uint64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib uint64
		if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}

// idleMemory returns how many octets of memory an idle connection takes on the
// server's side: heap and goroutine stacks after garbage collection, divided by
// the number of connections. The clients are in a process of their own. Each
// connection has had one message of 128 octets echoed.
func idleMemory(lib library, conns int, c compression) (octets float64, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	go lib.serve(l, c)
	before := inUse()
	clients := exec.Command(os.Args[0], "-idle-clients", fmt.Sprint(conns), "-idle-address", l.Addr().String(), "-idle-compression", fmt.Sprint(int(c)))
	clients.Stderr = os.Stderr
	stop, err := clients.StdinPipe()
	if err != nil {
		return 0, err
	}
	ready, err := clients.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := clients.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = clients.Wait() }() // its end says nothing more
	defer stop.Close()
	if _, err := bufio.NewReader(ready).ReadString('\n'); err != nil {
		return 0, fmt.Errorf("%s: the clients ended: %w", lib.name, err)
	}
	after := inUse()
	return float64(after-before) / float64(conns), nil
}

// idleMemoryWithin measures with as many connections as there is memory for. It returns
// also how many these were.
func idleMemoryWithin(lib library, conns int, c compression) (octets float64, measured int, err error) {
	if octets, err = idleMemory(lib, min(trial, conns), c); err != nil {
		return 0, 0, err
	}
	measured = idleConns(conns, octets, availableMemory())
	octets, err = idleMemory(lib, measured, c)
	return octets, measured, err
}

// inUse returns what the heap and the stacks take, pools emptied.
func inUse() int64 {
	for range 8 { // each shrinks the stacks that are mostly unused by half
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// idleClients is the other process.
func idleClients(address string, conns int, c compression) error {
	extensions, rsv, payload := "", wire.RSV(0), make([]byte, 128)
	var err error
	if c != plain {
		extensions = "permessage-deflate"
		if c == noTakeover {
			extensions += "; server_no_context_takeover; client_no_context_takeover"
		}
		rsv = wire.RSV1
		if payload, err = deflated(sampleJSON(1024)); err != nil {
			return err
		}
	}
	message := frame(wire.OpText, rsv, payload)
	for range conns {
		one, err := dial(address, extensions)
		if err != nil {
			return err
		}
		if _, err := one.conn.Write(message); err != nil {
			return err
		}
		if _, err := one.skip(); err != nil {
			return err
		}
		open = append(open, one.conn)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

var open []net.Conn

// serveBare is what every server has at least: a connection and a goroutine that
// reads from it with a buffer of its own.
func serveBare(l net.Listener, _ compression) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go bareEcho(conn)
	}
}

func bareEcho(conn net.Conn) {
	defer conn.Close()
	if answerBare(conn) != nil {
		return
	}
	one := make([]byte, 1)
	_, _ = conn.Read(one)
}

// answerBare does the handshake and echoes one message.
func answerBare(conn net.Conn) error {
	buffer := make([]byte, 4096)
	n, err := conn.Read(buffer)
	if err != nil {
		return err
	}
	key, _ := headerValue(buffer[:n], "Sec-WebSocket-Key: ")
	if _, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+acceptKey(key)+"\r\n\r\n"); err != nil {
		return err
	}
	if n, err = conn.Read(buffer); err != nil {
		return err
	}
	h, payload := floorHeader(buffer[:n])
	frame := buffer[:h+payload]
	frame[1] &^= 0x80
	copy(frame[4:h], frame[:h-4])
	_, err = conn.Write(frame[4:])
	return err
}

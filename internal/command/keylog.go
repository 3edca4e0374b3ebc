package command

import (
	"io"
	"os"
)

// keyLogVariable names the environment variable that browsers and curl have for this as well.
const keyLogVariable = "SSLKEYLOGFILE"

// A keyLog is the file to which the secrets of each TLS connection are appended, so that
// Wireshark can read a capture of it.
type keyLog string

// keyLogged is the key log that the environment asks for, nil if it asks for none. A new file
// can be read by its owner alone. The error is one of usage: the file cannot be opened.
func keyLogged() (io.Writer, error) {
	log := keyLog(os.Getenv(keyLogVariable))
	if log == "" {
		return nil, nil
	}
	f, err := log.open()
	if err != nil {
		return nil, usage("%s: %w", keyLogVariable, err)
	}
	return log, f.Close()
}

func (log keyLog) open() (*os.File, error) {
	return os.OpenFile(string(log), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

// Write appends a line. A line that the disk does not take is lost: an error would end the TLS
// handshake, and the peer would be blamed for it.
func (log keyLog) Write(line []byte) (int, error) {
	if f, err := log.open(); err == nil {
		_, _ = f.Write(line)
		_ = f.Close()
	}
	return len(line), nil
}

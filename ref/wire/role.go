package wire

// Role is the role of an endpoint. The two roles have different duties: only a
// client masks (5.1), and the server closes TCP first (7.1.1).
type Role uint8

// The two roles of an endpoint.
const (
	RoleClient Role = iota + 1
	RoleServer
)

// Peer returns the other role.
func (r Role) Peer() Role {
	if r == RoleClient {
		return RoleServer
	}
	return RoleClient
}

// String returns "client" or "server".
func (r Role) String() string {
	switch r {
	case RoleClient:
		return "client"
	case RoleServer:
		return "server"
	}
	return "no role"
}

package verdict

// A Level is the strength of a requirement, in the words of RFC 2119.
type Level string

// The levels.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	May    Level = "MAY"
	// LevelInformational cases record what a peer does where the RFC is silent.
	// They fail only a peer that breaks a rule in what it sends, or that leaves a
	// Close frame unanswered (RFC6455-5.5.1-7).
	LevelInformational Level = "INFORMATIONAL"
)

// Levels lists all levels, the strongest first.
func Levels() []Level { return []Level{Must, Should, May, LevelInformational} }

// A Role is the role of the peer under test on the connection.
type Role string

// The roles.
const (
	Server Role = "server"
	Client Role = "client"
)

// Roles lists both roles.
func Roles() []Role { return []Role{Server, Client} }

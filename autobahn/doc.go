// Package autobahn runs the real Autobahn|Testsuite in Docker, reads its reports,
// and holds its verdicts against those of wsspec.
//
// [Run.Servers] is its fuzzing client, which tests servers; [Run.Service] its
// fuzzing server, which clients connect to. Both talk to Docker through the docker
// command. Whatever ends them, the container is removed. [Read] makes a report of
// the folder that a run leaves behind, and [Compare] sets two reports side by
// side; differences.json has every difference that is on purpose.
package autobahn

// Package validate has the tests that hold the files in ci against the services: GitHub's
// schemas and linter, the types of Kubernetes, and a run of the Jobs in containers. It is a
// module of its own, so that nobody who imports the library gets these modules.
package validate

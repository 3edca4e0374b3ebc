// Package recipes has the tests of the files in ci that users copy into their CI: they run
// the steps as the service would, with its shell and its environment.
package recipes

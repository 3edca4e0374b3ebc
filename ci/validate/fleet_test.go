//go:build docker

package validate

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/wsspec/wsspec/reports"
)

// The pods of all Jobs run as containers: those that share the cases, and the fuzzers.
func TestJobsInContainers(t *testing.T) {
	c := newCluster(t)
	s, f := newShardJobs(t, c), newFuzzJobs(t, c)
	c.create(append(s.peers, f.peers...)...)
	f.start()
	s.start(t)
	f.end(t)
	s.end(t)
}

// wrong makes a peer that is wrong of the first container, so that there are verdicts of more
// than one kind.
func wrong(containers []corev1.Container) {
	containers[0].Args = append(containers[0].Args, "--fault=accepts-rsv2")
}

// shardJobs are the names of the containers of the Jobs for shards, and of one run of all
// cases.
type shardJobs struct {
	*cluster
	out          string
	peers        []string
	first        []string // of each shard
	again, twice string   // once more of the second and of the third
	single       string
	merge        []string
	merging      *running
	running      []*running
}

func newShardJobs(t *testing.T, c *cluster) *shardJobs {
	sidecars, one := build(t, "sidecar"), build(t, "service")
	j := &shardJobs{cluster: c, out: c.volume("wsspec-reports")}
	few := []string{"--run=1.1.*", "--run=3.*", "--profile=plain"}

	spec := sidecars.pods["wsspec"]
	wrong(spec.InitContainers)
	spec.Containers[0].Args = append(spec.Containers[0].Args, few...)
	pod := func(name string, index int) string {
		names := c.pod(name, spec, map[string]string{"JOB_COMPLETION_INDEX": fmt.Sprint(index)})
		j.peers = append(j.peers, names[0])
		return names[1]
	}
	for i := range int(*sidecars.jobs["wsspec"].Spec.Completions) {
		j.first = append(j.first, pod(fmt.Sprintf("wsspec-%d-a", i), i))
	}
	j.again, j.twice = pod("wsspec-1-b", 1), pod("wsspec-2-b", 2)
	// The first pod of the second shard is to be killed in the middle: one connection a second
	// is slow enough.
	killed := c.services[j.first[1]]
	killed.Command = append(killed.Command, "--rate=1")
	c.services[j.first[1]] = killed
	j.merge = c.pod("wsspec-merge", sidecars.pods["wsspec-merge"], nil)

	// One run of all cases, with the peer behind a service. The pods know a service of
	// Kubernetes by its name, and containers one of Compose.
	peer := one.pods["peer"]
	wrong(peer.Containers)
	name := c.pod("peer", peer, nil)[0]
	c.services["peer"] = c.services[name]
	delete(c.services, name)
	j.peers = append(j.peers, "peer")
	whole := one.pods["wsspec"]
	whole.Containers[0].Args = append(slices.DeleteFunc(whole.Containers[0].Args, func(arg string) bool { return strings.HasPrefix(arg, "--shard=") }), few...)
	j.single = c.pod("whole", whole, nil)[0]
	return j
}

// start starts the pods. One is killed and comes again, another one is there twice, and the
// merge waits for them all.
func (j *shardJobs) start(t *testing.T) {
	j.merging = j.cluster.start(j.merge[0])
	for _, name := range append(j.first, j.twice, j.single) {
		j.running = append(j.running, j.cluster.start(name))
	}
	shard := filepath.Join(j.out, "wsspec-1-a", "shard-2-of-4")
	j.kill(j.running[1], filepath.Join(shard, reports.JournalFile))
	j.ends(j.running[1], 137)
	if _, err := os.Stat(filepath.Join(shard, "report.json")); !os.IsNotExist(err) {
		t.Errorf("the pod was not killed in the middle: %v", err)
	}
	j.running[1] = j.cluster.start(j.again)
}

// end waits for the pods. The merged report is that of one run of all cases.
func (j *shardJobs) end(t *testing.T) {
	verdicts := map[int]bool{}
	for _, r := range j.running {
		verdicts[j.ends(r, 0, 1)] = true
	}
	if len(verdicts) != 2 {
		t.Errorf("the exit codes are %v: the verdicts have to differ", verdicts)
	}
	j.ends(j.merging, 0)
	var forms []*running // they read one file, and need not wait for each other
	for _, name := range j.merge[1:] {
		forms = append(forms, j.cluster.start(name))
	}
	text := ""
	for _, r := range forms {
		j.ends(r, 0)
		text = r.said.String()
	}
	if !strings.Contains(text, "3 fail") {
		t.Errorf("the log of the merge says\n%s", text)
	}
	for _, name := range []string{"index.html", "junit.xml"} {
		if info, err := os.Stat(filepath.Join(j.out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, filepath.Join(j.out, "whole"), j.out, 15)
}

// fuzzJobs are the names of the containers of two pods of the fleet of fuzzers, and of their
// merge.
type fuzzJobs struct {
	*cluster
	out         string
	peers, pods []string
	// next is a pod of the next round.
	next    string
	merge   []string
	running []*running
}

func newFuzzJobs(t *testing.T, c *cluster) *fuzzJobs {
	m := build(t, "fuzz")
	j := &fuzzJobs{cluster: c, out: c.volume("wsspec-findings")}
	spec := m.pods["wsspec-fuzz"]
	wrong(spec.InitContainers)
	args := spec.Containers[0].Args
	args[slices.Index(args, "--for=1h")] = "--scripts=4000" // more than the seeds, so that something is kept
	pod := func(name string, index int) (pod string) {
		names := c.pod(name, spec, map[string]string{"JOB_COMPLETION_INDEX": fmt.Sprint(index)})
		j.peers = append(j.peers, names[0])
		return names[1]
	}
	for i := range 2 {
		j.pods = append(j.pods, pod(fmt.Sprintf("wsspec-fuzz-%d-a", i), i))
	}
	args[slices.Index(args, "--seed=1$(JOB_COMPLETION_INDEX)")] = "--seed=2$(JOB_COMPLETION_INDEX)"
	j.next = pod("wsspec-fuzz-0-b", 0)
	j.merge = c.pod("wsspec-fuzz-merge", m.pods["wsspec-fuzz-merge"], nil)
	return j
}

func (j *fuzzJobs) start() {
	for _, name := range j.pods {
		j.running = append(j.running, j.cluster.start(name))
	}
}

// end waits for the pods and merges their findings: each is there once, and no other.
func (j *fuzzJobs) end(t *testing.T) {
	want := map[string]bool{}
	seeds := map[string]bool{}
	for i, r := range j.running {
		j.ends(r, 1)
		seeds[strings.Join(seedOf.FindStringSubmatch(r.said.String()), "")] = true
		for _, id := range findings(t, filepath.Join(j.out, fmt.Sprintf("wsspec-fuzz-%d-a", i))) {
			want[id] = true
		}
	}
	if len(seeds) != len(j.pods) {
		t.Errorf("the seeds are %v", seeds)
	}
	for _, name := range j.merge {
		j.ends(j.cluster.start(name), 0)
	}
	got := findings(t, j.out)
	if d := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(got))); d != "" || len(got) < 2 {
		t.Errorf("the findings (-of the pods +merged): %s", d)
	}
	j.handsOver(t)
}

// handsOver plays a pod of the next round: what was kept of the corpus of the round before is in
// its own.
func (j *fuzzJobs) handsOver(t *testing.T) {
	before := scripts(t, filepath.Join(j.out, "corpus"))
	j.ends(j.cluster.start(j.next), 1)
	own := scripts(t, filepath.Join(j.out, "wsspec-fuzz-0-b", "corpus"))
	handed := slices.DeleteFunc(slices.Clone(before), func(name string) bool { return !slices.Contains(own, name) })
	if len(handed) == 0 || len(own) == len(handed) {
		t.Errorf("%d of %d scripts of the round before are among %d of the next round", len(handed), len(before), len(own))
	}
}

// scripts are the names of the files of a corpus: hashes of their contents.
func scripts(t *testing.T, dir string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.script.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Errorf("%s has no scripts, %v", dir, err)
	}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

var seedOf = regexp.MustCompile(`seed (\d+)`)

// findings are the ids of the results in a folder.
func findings(t *testing.T, dir string) (ids []string) {
	t.Helper()
	r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Results {
		ids = append(ids, res.ID)
	}
	return ids
}

// same checks that two folders have the same results.
func same(t *testing.T, one, other string, cases int) {
	t.Helper()
	type told struct{ Agent, ID, Verdict, Behavior, Close, Why string }
	results := func(dir string) (list []told, s reports.Summary) {
		r, err := reports.ReadFile(filepath.Join(dir, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Results {
			res := &r.Results[i]
			list = append(list, told{res.Agent, res.ID, string(res.Verdict), string(res.Behavior), string(res.BehaviorClose), res.Why()})
		}
		return list, r.Summary
	}
	a, counts := results(one)
	b, merged := results(other)
	if d := cmp.Diff(a, b); d != "" || len(a) != cases {
		t.Errorf("%d results, want %d (-one run +merged):\n%.2000s", len(a), cases, d)
	}
	if d := cmp.Diff(counts, merged); d != "" {
		t.Errorf("the summary (-one run +merged):\n%.2000s", d)
	}
}

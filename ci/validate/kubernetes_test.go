package validate

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

var folders = []string{"sidecar", "service", "fuzz"}

// What kustomize makes is what Kubernetes takes: its types, and the rules about them that an
// API server checks.
func TestKubernetesManifests(t *testing.T) {
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			m := build(t, folder)
			if folder != "fuzz" {
				m.add(t, "browse.yaml", read(t, "../kubernetes/browse.yaml"))
			}
			if len(m.jobs) != 2 || len(m.claims) != 1 {
				t.Errorf("%d Jobs and %d claims", len(m.jobs), len(m.claims))
			}
			for name, p := range m.pods {
				m.checkPod(t, name, p)
			}
			for name, j := range m.jobs {
				checkJob(t, name, &j.Spec)
			}
			for name, s := range m.services {
				d := m.deployments[name]
				if d == nil || fmt.Sprint(s.Spec.Selector) != fmt.Sprint(d.Spec.Template.Labels) || fmt.Sprint(s.Spec.Selector) != fmt.Sprint(d.Spec.Selector.MatchLabels) {
					t.Errorf("the service %s selects no pod", name)
				}
			}
		})
	}
}

// The corpus that the merge of the fuzzers makes is what their next round reads, and no pod writes
// into it.
func TestFuzzersHandOver(t *testing.T) {
	m := build(t, "fuzz")
	out, read := "", []string(nil)
	for _, arg := range containers(m.pods["wsspec-fuzz-merge"])[0].Args {
		if dir, is := strings.CutPrefix(arg, "--out="); is {
			out = dir
		}
	}
	for _, arg := range m.pods["wsspec-fuzz"].Containers[0].Args {
		if dir, is := strings.CutPrefix(arg, "--corpus="); is {
			read = append(read, dir)
		}
	}
	if want := []string{"/reports/$(POD_NAME)/corpus", out + "/corpus"}; out == "" || !slices.Equal(read, want) {
		t.Errorf("the pods have the corpora %q, want %q", read, want)
	}
}

var variable = regexp.MustCompile(`\$\(([A-Z_]+)\)`)

// checkPod checks that what a pod names is there, and that it has no more rights than it
// needs: the profile "restricted" of the Pod Security Standards.
func (m manifest) checkPod(t *testing.T, name string, p *corev1.PodSpec) {
	volumes := map[string]bool{}
	for _, v := range p.Volumes {
		volumes[v.Name] = true
		if c := v.PersistentVolumeClaim; c == nil || m.claims[c.ClaimName] == nil {
			t.Errorf("%s: there is no claim for the volume %s", name, v.Name)
		}
	}
	if s := p.SecurityContext; s == nil || !*s.RunAsNonRoot || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("%s: the pod is not restricted: %v", name, s)
	}
	listens := map[string]bool{}
	for _, c := range containers(p) {
		if s := c.SecurityContext; s == nil || *s.AllowPrivilegeEscalation || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("%s: the container %s is not restricted", name, c.Name)
		}
		for _, v := range c.VolumeMounts {
			if !volumes[v.Name] {
				t.Errorf("%s: there is no volume %s", name, v.Name)
			}
		}
		for _, arg := range c.Args {
			for _, used := range variable.FindAllStringSubmatch(arg, -1) {
				has := slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == used[1] })
				if !has && (used[1] != "JOB_COMPLETION_INDEX" || m.jobs[name] == nil || m.jobs[name].Spec.CompletionMode == nil) {
					t.Errorf("%s: %s names a variable that %s does not have", name, arg, c.Name)
				}
			}
			if port, ok := strings.CutPrefix(arg, "--addr=0.0.0.0:"); ok {
				listens["localhost:"+port] = true
			}
		}
		if u, err := url.Parse(c.Args[len(c.Args)-1]); err == nil && u.Scheme == "ws" && !listens[u.Host] {
			service := m.services[u.Hostname()]
			if service == nil || fmt.Sprint(service.Spec.Ports[0].Port) != u.Port() || !slices.Contains(c.Args, "--i-own="+u.Hostname()) {
				t.Errorf("%s: nobody listens at %s, or it is not owned", name, u)
			}
		}
	}
}

var shardOf = regexp.MustCompile(`^--shard=index:\$\(JOB_COMPLETION_INDEX\)/(\d+)$`)

// checkJob checks the rules for Jobs with an index: an API server refuses a Job that breaks
// one. The exit codes that are no verdict start the pod again.
func checkJob(t *testing.T, name string, j *batchv1.JobSpec) {
	p := &j.Template.Spec
	if p.RestartPolicy != corev1.RestartPolicyNever {
		t.Errorf("%s: the restart policy is %s", name, p.RestartPolicy)
	}
	if j.CompletionMode == nil {
		if j.BackoffLimitPerIndex != nil || j.PodFailurePolicy != nil || j.BackoffLimit == nil {
			t.Errorf("%s: without an index it has %v", name, j)
		}
		return
	}
	if *j.CompletionMode != batchv1.IndexedCompletion || j.BackoffLimitPerIndex == nil || *j.Parallelism > *j.Completions || j.BackoffLimit != nil {
		t.Errorf("%s: the Job is %v", name, j)
	}
	var final []int32
	for _, rule := range j.PodFailurePolicy.Rules {
		if (rule.OnExitCodes == nil) == (len(rule.OnPodConditions) == 0) {
			t.Errorf("%s: a rule has to be about exit codes or conditions: %v", name, rule)
		}
		if codes := rule.OnExitCodes; codes != nil {
			if rule.Action != batchv1.PodFailurePolicyActionFailIndex || codes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn || !slices.IsSorted(codes.Values) ||
				!slices.ContainsFunc(p.Containers, func(c corev1.Container) bool { return c.Name == *codes.ContainerName }) {
				t.Errorf("%s: the rule about exit codes is %v", name, codes)
			}
			final = append(final, codes.Values...)
		}
	}
	// 1, 2 and 4 of wsspec are final. 0 is no failure, 3 could not test, 137 was killed.
	want := []int32{1, 2, 4}
	if p.Containers[0].Args[0] == "fuzz" {
		want = []int32{1, 2}
	}
	if !slices.Equal(final, want) {
		t.Errorf("%s: the final exit codes are %v, want %v", name, final, want)
	}
	if p.Containers[0].Args[0] != "server" {
		return
	}
	if of := shardOf.FindStringSubmatch(p.Containers[0].Args[1]); of == nil || of[1] != fmt.Sprint(*j.Completions) {
		t.Errorf("%s: %d completions play %s", name, *j.Completions, p.Containers[0].Args[1])
	}
}

//go:build docker

package validate

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// A service is a container in a file for Docker Compose.
type service struct {
	Container   string            `json:"container_name"`
	Image       string            `json:"image"`
	Command     []string          `json:"command"`
	Environment map[string]string `json:"environment,omitempty"`
	NetworkMode string            `json:"network_mode,omitempty"`
	Volumes     []string          `json:"volumes,omitempty"`
	User        string            `json:"user"`
	ReadOnly    bool              `json:"read_only"`
	CapDrop     []string          `json:"cap_drop"`
	SecurityOpt []string          `json:"security_opt"`
}

// A cluster runs containers of pods by Docker Compose, with a folder in place of each volume.
// What it does not have is a scheduler: the test starts the pods.
type cluster struct {
	t        *testing.T
	image    string
	project  string
	dir      string
	tool     []string
	services map[string]service
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	image := os.Getenv("WSSPEC_IMAGE")
	if image == "" {
		t.Fatal("WSSPEC_IMAGE has to name wsspec's image: make kubernetes builds it")
	}
	c := &cluster{t: t, image: image, project: fmt.Sprintf("wsspec-kubernetes-%d", os.Getpid()), dir: t.TempDir(), tool: []string{"docker", "compose"}, services: map[string]service{}}
	if exec.Command("docker", "compose", "version").Run() != nil {
		c.tool = []string{"docker-compose"}
	}
	c.tool = append(c.tool, "--project-name", c.project, "--file", filepath.Join(c.dir, "compose.yaml"))
	t.Cleanup(func() {
		if said, code := command(append(c.tool, "down", "--volumes", "--timeout", "1")); code != 0 {
			t.Errorf("compose down: %s", said)
		}
	})
	return c
}

// volume is the folder of a claim.
func (c *cluster) volume(claim string) string {
	dir := filepath.Join(c.dir, claim)
	if err := errors.Join(os.MkdirAll(dir, 0o777), os.Chmod(dir, 0o777)); err != nil {
		c.t.Fatal(err)
	}
	return dir
}

// pod adds the containers of a pod, NAME-CONTAINER each, and returns their names in order.
// As in Kubernetes, $(NAME) in an argument is a variable of the container, and the containers
// share a network, which is that of the first sidecar.
func (c *cluster) pod(name string, p *corev1.PodSpec, env map[string]string) (names []string) {
	network := ""
	folders := map[string]string{}
	for _, v := range p.Volumes {
		folders[v.Name] = c.volume(v.PersistentVolumeClaim.ClaimName)
	}
	for _, container := range containers(p) {
		own := maps.Clone(env)
		if own == nil {
			own = map[string]string{}
		}
		for _, e := range container.Env {
			own[e.Name] = name // metadata.name is the only field that the files read
			if e.ValueFrom.FieldRef.FieldPath != "metadata.name" {
				c.t.Fatalf("%s: a variable from %v", name, e.ValueFrom)
			}
		}
		s := service{
			Image: c.image, Environment: own, NetworkMode: network, ReadOnly: *container.SecurityContext.ReadOnlyRootFilesystem,
			User: fmt.Sprintf("%d:%d", *p.SecurityContext.RunAsUser, *p.SecurityContext.RunAsGroup), CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
		}
		if id := os.Getuid(); id != 0 { // so that the files of the test can be removed
			s.User = fmt.Sprintf("%d:%d", id, os.Getgid())
		}
		for _, arg := range container.Args {
			arg = variable.ReplaceAllStringFunc(arg, func(text string) string { return own[variable.FindStringSubmatch(text)[1]] })
			s.Command = append(s.Command, strings.ReplaceAll(arg, "$", "$$"))
		}
		for _, v := range container.VolumeMounts {
			mode := ""
			if v.ReadOnly {
				mode = ":ro"
			}
			s.Volumes = append(s.Volumes, folders[v.Name]+":"+v.MountPath+mode)
		}
		full := name + "-" + container.Name
		s.Container = c.project + "-" + full
		c.services[full] = s
		names = append(names, full)
		if sidecar(container) && network == "" {
			network = "service:" + full
		}
	}
	return names
}

// create has Docker Compose make the containers. Those that serve are started; they have to be
// there before the others can share their networks. The others are started one by one.
func (c *cluster) create(serve ...string) {
	c.t.Helper()
	octets, err := yaml.Marshal(map[string]any{"services": c.services})
	if err == nil {
		err = os.WriteFile(filepath.Join(c.dir, "compose.yaml"), octets, 0o644)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	for _, args := range [][]string{append([]string{"--detach"}, serve...), {"--no-start", "--no-recreate"}} {
		if said, code := command(slices.Concat(c.tool, []string{"up"}, args)); code != 0 {
			c.t.Fatalf("compose up: %s", said)
		}
	}
}

func command(args []string) (said string, code int) {
	cmd := exec.Command(args[0], args[1:]...)
	octets, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return err.Error(), -1
	}
	return string(octets), cmd.ProcessState.ExitCode()
}

// A running container.
type running struct {
	service
	cmd  *exec.Cmd
	said bytes.Buffer
}

// start starts a container that comes to an end.
func (c *cluster) start(name string) *running {
	c.t.Helper()
	r := &running{service: c.services[name]}
	r.cmd = exec.Command("docker", "start", "--attach", r.Container)
	r.cmd.Stdout, r.cmd.Stderr = &r.said, &r.said
	if err := r.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return r
}

// ends waits for the end of a container and checks its exit code.
func (c *cluster) ends(r *running, codes ...int) int {
	c.t.Helper()
	late := time.AfterFunc(4*time.Minute, func() { _ = r.cmd.Process.Kill() })
	defer late.Stop()
	_ = r.cmd.Wait()
	code := r.cmd.ProcessState.ExitCode()
	if !slices.Contains(codes, code) {
		c.t.Errorf("%s ends with %d, want %d:\n%s", r.Container, code, codes, r.said.String())
	}
	return code
}

// kill kills a container as soon as a file is there.
func (c *cluster) kill(r *running, path string) {
	c.t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			break
		}
		if time.Since(began) > time.Minute {
			c.t.Fatalf("%s does not write %s", r.Container, path)
		}
	}
	if said, code := command([]string{"docker", "kill", r.Container}); code != 0 {
		c.t.Errorf("docker kill: %s", said)
	}
}

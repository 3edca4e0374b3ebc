package validate

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// A manifest is what kustomize makes of a folder: the objects by name, as the types of
// Kubernetes.
type manifest struct {
	jobs        map[string]*batchv1.Job // also of a CronJob
	pods        map[string]*corev1.PodSpec
	claims      map[string]*corev1.PersistentVolumeClaim
	services    map[string]*corev1.Service
	deployments map[string]*appsv1.Deployment
}

// build has kustomize build a folder of ci/kubernetes. Each object is read strictly: a field
// that Kubernetes does not know, or one that is there twice, is an error.
func build(t *testing.T, folder string) manifest {
	t.Helper()
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes/"+folder)
	if err != nil {
		t.Fatalf("%s: %v", folder, err)
	}
	return objects(t, folder, all)
}

func objects(t *testing.T, folder string, all resmap.ResMap) manifest {
	t.Helper()
	m := manifest{
		map[string]*batchv1.Job{}, map[string]*corev1.PodSpec{}, map[string]*corev1.PersistentVolumeClaim{}, map[string]*corev1.Service{}, map[string]*appsv1.Deployment{},
	}
	for _, r := range all.Resources() {
		octets, err := r.AsYAML()
		if err != nil {
			t.Fatalf("%s: %v", folder, err)
		}
		m.add(t, folder, octets)
	}
	return m
}

func (m manifest) add(t *testing.T, folder string, octets []byte) {
	t.Helper()
	decode := func(into any) {
		t.Helper()
		if err := yaml.UnmarshalStrict(octets, into); err != nil {
			t.Errorf("%s: %v", folder, err)
		}
	}
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(octets, &kind); err != nil {
		t.Fatalf("%s: %v", folder, err)
	}
	switch kind.APIVersion + " " + kind.Kind {
	case "batch/v1 Job":
		j := &batchv1.Job{}
		decode(j)
		m.jobs[j.Name], m.pods[j.Name] = j, &j.Spec.Template.Spec
	case "batch/v1 CronJob":
		c := &batchv1.CronJob{}
		decode(c)
		j := &batchv1.Job{ObjectMeta: c.ObjectMeta, Spec: c.Spec.JobTemplate.Spec}
		m.jobs[c.Name], m.pods[c.Name] = j, &j.Spec.Template.Spec
	case "v1 Pod":
		p := &corev1.Pod{}
		decode(p)
		m.pods[p.Name] = &p.Spec
	case "v1 PersistentVolumeClaim":
		c := &corev1.PersistentVolumeClaim{}
		decode(c)
		m.claims[c.Name] = c
	case "v1 Service":
		s := &corev1.Service{}
		decode(s)
		m.services[s.Name] = s
	case "apps/v1 Deployment":
		d := &appsv1.Deployment{}
		decode(d)
		m.deployments[d.Name], m.pods[d.Name] = d, &d.Spec.Template.Spec
	default:
		t.Errorf("%s: %s %s has no test", folder, kind.APIVersion, kind.Kind)
	}
}

// containers are those of a pod in the order in which they start.
func containers(p *corev1.PodSpec) []corev1.Container {
	return append(append([]corev1.Container{}, p.InitContainers...), p.Containers...)
}

// sidecar reports whether a container runs beside those that follow it.
func sidecar(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

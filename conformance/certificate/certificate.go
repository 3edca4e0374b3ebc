// Package certificate makes certificates for one run: an authority, and a certificate of it.
// Nothing of the authority's key is kept.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// A Request says what is in a certificate.
type Request struct {
	// Hosts are the names and addresses that it is for.
	Hosts []string
	// From and Until bound its time.
	From, Until time.Time
}

// An Issued is a certificate with its key, and the authority that has issued it.
type Issued struct {
	Leaf      tls.Certificate
	Authority *x509.Certificate
}

// Issue makes an authority and a certificate of it.
func Issue(r Request) (*Issued, error) {
	now := time.Now()
	root := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "wsspec test authority"},
		NotBefore: earlier(now, r.From).Add(-time.Hour), NotAfter: later(now, r.Until).Add(time.Hour), // so that only the certificate's own time can be bad
		IsCA: true, KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true,
	}
	leaf := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "localhost"},
		NotBefore: r.From, NotAfter: r.Until,
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range r.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, h)
		}
	}
	authority, authorityKey, err := sign(root, nil, nil)
	if err != nil {
		return nil, err
	}
	signed, key, err := sign(leaf, authority, authorityKey)
	if err != nil {
		return nil, err
	}
	return &Issued{Leaf: tls.Certificate{Certificate: [][]byte{signed.Raw}, PrivateKey: key, Leaf: signed}, Authority: authority}, nil
}

// sign makes a key for the certificate and signs it by that of the parent, or by itself if
// there is no parent.
func sign(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		return nil, nil, err
	}
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, err
	}
	signed, err := x509.ParseCertificate(der)
	return signed, key, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// AuthorityPEM is the authority's certificate, for those who are to trust it.
func (i *Issued) AuthorityPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Authority.Raw})
}

// CertificatePEM is the certificate for a server.
func (i *Issued) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Leaf.Certificate[0]})
}

// KeyPEM is the private key of the certificate.
func (i *Issued) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(i.Leaf.PrivateKey)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

//! A certificate authority nobody trusts unless told to.

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// An authority, and the folder of its files.
pub(super) struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new() -> Self {
        Self::named("authority of the tests")
    }

    pub(super) fn named(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).expect("a certificate");
        let authority = Self {
            folder: tempfile::tempdir().expect("a folder"),
            issuer: Issuer::new(params, key),
        };
        std::fs::write(authority.ca_file(), certificate.pem()).expect("written");
        authority
    }

    /// Returns the file that makes others trust this authority.
    pub(super) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Makes a server's certificate for a host name or address.
    pub(super) fn certificate(&self, name: &str) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = params(&[name.to_owned()], "server of the tests");
        let certificate = params.signed_by(&key, &self.issuer);
        (certificate.expect("a certificate"), key)
    }

    /// Writes a certificate and its key into one file, as mongod wants them.
    pub(super) fn certificate_and_key(&self, name: &str) -> PathBuf {
        let (certificate, key) = self.certificate(name);
        let path = self.folder.path().join("server.pem");
        let text = format!("{}{}", certificate.pem(), key.serialize_pem());
        std::fs::write(&path, text).expect("written");
        path
    }
}

fn params(names: &[String], subject: &str) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

//! Reading over TLS, from real servers with certificates of an authority of the tests' own.

mod authority;
mod gateway;
mod mongo;
mod rest;

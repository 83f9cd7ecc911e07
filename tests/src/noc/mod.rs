//! The mesh from outside: a slow model that steps every cycle, endpoints that play a script, random meshes.

pub mod curves;
pub mod late;
pub mod oracle;
pub mod random;
pub mod script;
pub mod steps;
pub mod units;
pub mod work;

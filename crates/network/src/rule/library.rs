//! Named rules with parameters: what they realise is computed, quantised and told.

use super::builder::{Arguments, Builder};
pub use super::builder::{Definition, LibraryError, Parameter, Quantised, Realised, product_shift};

/// Every named rule.
#[must_use]
pub fn definitions() -> &'static [Definition] {
    super::named::DEFINITIONS
}

/// The rule `name` with the given parameters, defaults for the others.
///
/// # Errors
/// An unknown name or parameter, or a value that the chip cannot hold.
pub fn realise(name: &str, arguments: &[(&str, f64)]) -> Result<Realised, LibraryError> {
    let definition = definitions().iter().find(|definition| definition.name == name);
    let known = |names: Vec<&str>| names.join(", ");
    let definition = definition.ok_or_else(|| LibraryError::Unknown {
        name: name.into(),
        known: known(definitions().iter().map(|definition| definition.name).collect()),
    })?;
    for (parameter, _) in arguments {
        if !definition.parameters.iter().any(|p| p.name == *parameter) {
            let names = definition.parameters.iter().map(|p| p.name).collect();
            let (rule, name) = (definition.name, (*parameter).into());
            return Err(LibraryError::Parameter { rule, name, known: known(names) });
        }
    }
    if let Some(&(name, value)) = arguments.iter().find(|(_, value)| !value.is_finite()) {
        let parameter = definition.parameters.iter().find(|p| p.name == name).map_or("", |p| p.name);
        return Err(LibraryError::Range {
            rule: definition.name,
            parameter,
            value,
            need: "a finite number".into(),
        });
    }
    let mut builder = Builder::default();
    (definition.build)(&Arguments { definition, given: arguments }, &mut builder)?;
    Ok(builder.finish(name))
}

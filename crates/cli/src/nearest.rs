//! The name that was meant.

/// Changes of one character that turn one name into the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let changed = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The known name that is near, if one is.
pub fn near<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let best = known.iter().min_by_key(|k| distance(name, k))?;
    (distance(name, best) <= 1 + name.len() / 3).then_some(best)
}

/// `did you mean ...?` where a name is near, else the names that there are.
pub fn nearest(name: &str, known: &[&str]) -> String {
    match near(name, known) {
        Some(best) => format!("did you mean `{best}`?"),
        None if known.is_empty() => "there are none".into(),
        None => format!("there are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered() {
        assert_eq!(nearest("treshold", &["threshold", "tau"]), "did you mean `threshold`?");
        assert_eq!(nearest("x", &["weight", "delay"]), "there are weight, delay");
        assert_eq!(nearest("x", &[]), "there are none");
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}

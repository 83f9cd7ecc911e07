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

/// `did you mean ...?` where a name is near, else the names that there are.
pub fn nearest(name: &str, known: &[&str]) -> String {
    let best = known.iter().min_by_key(|k| distance(name, k));
    match best {
        Some(best) if distance(name, best) <= 1 + name.len() / 3 => format!("did you mean `{best}`?"),
        Some(_) => format!("there are {}", known.join(", ")),
        None => "there are none".into(),
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

//! Numbers in lines of text, with commas between.

use super::{Array, FileError, Numbers};

/// The rows of a CSV: a first line of names, empty lines and lines that begin with `#` are left out. One column gives
/// an array of one dimension.
///
/// # Errors
/// [`FileError::Line`]: no text, no number, or rows of different length.
pub fn read_csv(bytes: &[u8]) -> Result<Array, FileError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Err(FileError::byte(error.valid_up_to(), "not UTF-8 text")),
    };
    let data = |line: &&(usize, &str)| !line.1.trim().is_empty() && !line.1.trim_start().starts_with('#');
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).collect();
    let (mut whole, mut float, mut width) = (Vec::new(), Vec::new(), None);
    let named = lines.iter().find(data).is_some_and(|line| is_head(line.1));
    if let (true, Some(head)) = (named, lines.iter().find(data)) {
        width = Some(head.1.split(',').count());
    }
    for (number, row) in lines.iter().filter(data).skip(usize::from(named)) {
        let refuse = |what| FileError::Line { line: *number, what };
        let before = *width.get_or_insert(row.split(',').count());
        if before != row.split(',').count() {
            return Err(refuse(format!("{} cells, the lines before have {before}", row.split(',').count())));
        }
        for cell in row.split(',').map(str::trim) {
            let value: f64 = cell.parse().map_err(|_| refuse(format!("`{cell}` is no number")))?;
            whole.push(cell.parse::<i64>().ok());
            float.push(value);
        }
    }
    let width = width.unwrap_or(0);
    let shape = if width <= 1 { vec![float.len()] } else { vec![float.len() / width, width] };
    let values = match whole.into_iter().collect::<Option<Vec<_>>>() {
        Some(whole) => Numbers::Whole(whole),
        None => Numbers::Float(float),
    };
    Ok(Array { shape, values })
}

/// A first line of names: each begins with a letter and holds letters, digits, spaces and `_ . - ( ) [ ]`.
fn is_head(line: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || " _.-()[]".contains(c);
    line.split(',').map(|cell| cell.trim().trim_matches('"')).all(|cell| {
        cell.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && cell.chars().all(inner)
            && cell.parse::<f64>().is_err()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_skips_its_head_and_names_the_line() {
        let array = read_csv(b"step,line\n1,2\n# more\n\n3,4\n").unwrap();
        assert_eq!(array, Array { shape: vec![2, 2], values: Numbers::Whole(vec![1, 2, 3, 4]) });
        assert_eq!(read_csv(b"1\n0.5\n").unwrap().values, Numbers::Float(vec![1.0, 0.5]));
        let refusal = |bytes| read_csv(bytes).unwrap_err().to_string();
        assert_eq!(refusal(b"1,2\n3\n"), "line 2: 1 cells, the lines before have 2");
        assert_eq!(refusal(b"step\n1,0\n"), "line 2: 2 cells, the lines before have 1");
        for damaged in ["1-0", "1(0", "1$0", "1<0", "1l0", "1;0", ",,,", "1\u{c}0"] {
            assert!(read_csv(format!("{damaged}\n2,1\n5,0\n").as_bytes()).is_err(), "{damaged:?}");
        }
        assert_eq!(refusal(b"1\nx\n"), "line 2: `x` is no number");
        assert_eq!(refusal(b"1,\xff"), "byte 2: not UTF-8 text");
    }
}

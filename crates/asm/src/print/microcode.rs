//! Microcode for people: `w += 2^-2 * x1 * (y1+3) when y0`.

use image::Row;
use isa::op::{Dependency, FactorCode, LearningTarget};
use isa::words::{FactorWord, ProductWord, Word};

/// The product that begins at the first row, as a comment; `None` where a code is not assigned.
pub fn product(rows: &[Row]) -> Option<String> {
    let head = ProductWord::unpack(rows.first()?.bits);
    let target = LearningTarget::from_code(head.target)?;
    let dependency = Dependency::from_code(head.dependency)?;
    let exponent = i64::from(head.exponent) - 7;
    let mut text = match (head.mantissa, exponent) {
        (1, _) => format!("{target} += 2^{exponent}"),
        (m, 0) => format!("{target} += {m}"),
        (m, _) => format!("{target} += {m}*2^{exponent}"),
    };
    for row in rows.get(1..=head.factors as usize)? {
        text += " * ";
        text += &factor(FactorWord::unpack(row.bits))?;
    }
    Some(format!("{text} when {dependency}{}", if head.last == 1 { ", the last" } else { "" }))
}

fn factor(word: FactorWord) -> Option<String> {
    let code = FactorCode::from_code(word.code)?;
    let sum = |name: &str| match word.constant {
        0 => name.into(),
        c => format!("{name}{c:+}"),
    };
    Some(match (code, code.name().strip_prefix("sgn ")) {
        (FactorCode::C, _) => word.constant.to_string(),
        (_, Some(of)) => format!("sgn({})", sum(of)),
        (_, None) if word.constant != 0 => format!("({})", sum(code.name())),
        (_, None) => code.name().into(),
    })
}

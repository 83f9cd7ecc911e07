//! Rules read, refused and printed.

use isa::op::{Dependency, FactorCode, LearningTarget};
use proptest::prelude::*;

use super::*;
use crate::graph::Factor;

fn term(dependency: Dependency, mantissa: i32, exponent: i32, factors: &[(FactorCode, i32)]) -> Term {
    let factors = factors.iter().map(|&(code, constant)| Factor { code, constant }).collect();
    Term { dependency, mantissa, exponent, factors }
}

fn w(text: &str) -> Vec<Term> {
    parse(text, 0).unwrap_or_else(|errors| panic!("{text}: {errors:?}")).w
}

fn error(text: &str) -> RuleError {
    let mut errors = parse(text, 0).expect_err(text);
    assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    errors.remove(0)
}

#[test]
fn pair_stdp() {
    let expected = vec![
        term(Dependency::Y0, 1, -2, &[(FactorCode::X1, 0)]),
        term(Dependency::X0, -1, -2, &[(FactorCode::Y1, 0)]),
    ];
    assert_eq!(w("dw = 2^-2*x1*y0 - 2^-2*y1*x0"), expected);
}

#[test]
fn spellings_of_the_peers_mean_the_same() {
    let plain = parse("dw = 2^-2*x1*y0 - 2^-2*y1*x0", 0).unwrap();
    for text in [
        "dw='2^-2*x1*y0 - 2^-2*y1*x0'",
        "dw=\"2**-2 * x1 * y0 - 2 ** -2 * y1 * x0\"",
        "dw = (2^-2)*y0*x1 - x0*y1*(2^(-2))",
        "dw = 2^-2*(x1*y0 - y1*x0)",
        "  dw\n = + 2^-2*x1*y0\n - 2^-2*y1*x0 ;",
        "// pair\ndw = 2^-2*x1*y0 // rise\n   // fall\n - 2^-2*y1*x0 // end",
        "dwgt = -2^-2*y1*x0*-1*-1*-1*-1 + 2^-2*y0*x1",
    ] {
        let mut terms = parse(text, 0).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        terms.w.sort();
        let mut expected = plain.w.clone();
        expected.sort();
        assert_eq!(terms.w, expected, "{text}");
    }
    let sign = |text| w(text)[0].factors[0];
    assert_eq!(sign("dw = x0*sign(w)"), sign("dw = x0*sgn(wgt)"));
    assert_eq!(parse("dw = u_3*w", 0), parse("dw = u3*weight", 0));
}

#[test]
fn constants_belong_to_their_factor() {
    let factor = |text| w(text)[0].factors.clone();
    let one = |code, constant| vec![Factor { code, constant }];
    assert_eq!(factor("dw = x0*(y1 + 3)"), one(FactorCode::Y1, 3));
    assert_eq!(factor("dw = x0*(3 + y1)"), one(FactorCode::Y1, 3));
    assert_eq!(factor("dw = x0*(w - 256)"), one(FactorCode::W, -256));
    assert_eq!(factor("dw = x0*(c + 100)"), one(FactorCode::C, 100));
    assert_eq!(factor("dw = x0*sgn(t - 5)"), one(FactorCode::SgnT, -5));
    assert_eq!(w("dw = x0*(5 - w)"), vec![term(Dependency::X0, -1, 0, &[(FactorCode::W, -5)])]);
    assert_eq!(w("dw = x0*sgn(5 - d)"), vec![term(Dependency::X0, -1, 0, &[(FactorCode::SgnD, -5)])]);
}

#[test]
fn the_dependency_is_x0_then_y0_then_u() {
    assert_eq!(
        w("dw = y0*x0*y1")[0],
        term(Dependency::X0, 1, 0, &[(FactorCode::Y0, 0), (FactorCode::Y1, 0)])
    );
    assert_eq!(w("dw = w*w*y0")[0], term(Dependency::Y0, 1, 0, &[(FactorCode::W, 0), (FactorCode::W, 0)]));
    let terms = parse("dw = u4*x1, dt = -u4*t", 0).unwrap();
    assert_eq!(terms.k, Some(4));
    assert_eq!(terms.t, vec![term(Dependency::Uk, -1, 0, &[(FactorCode::T, 0)])]);
}

#[test]
fn integers_and_powers_become_one_scale() {
    let scale = |text| (w(text)[0].mantissa, w(text)[0].exponent);
    assert_eq!(scale("dw = x0"), (1, 0));
    assert_eq!(scale("dw = 3*2^-2*x0*2^4"), (3, 2));
    assert_eq!(scale("dw = -2*x0*-3"), (6, 0));
    assert_eq!(scale("dw = 16*x0"), (1, 4));
    let notes = parse("dw = 16*x0 + 0*y0", 0).unwrap().notes;
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["the scale 16*2^0 is stored as 2^4", "this term is always 0"]);
}

#[test]
fn mistakes_name_the_reason_the_place_and_the_fix() {
    let rows = [
        ("dw = 2^-2*x1", 5, 12, "this term has no dependency factor", "add x0, y0 or u_k"),
        ("dw = u0*x0", 5, 10, "this term has u0 beside x0", "leave u0 out"),
        ("dw = u0*x1 + u2*w", 13, 17, "u2 in a rule that has u0", "use u0 throughout"),
        ("dw = x0*x3", 8, 10, "`x3` is no variable", "did you mean `x0`?"),
        ("dw = x0*Y1", 8, 10, "`Y1` is no variable", "did you mean `y1`?"),
        ("dw = x0*foo", 8, 11, "`foo` is no variable", "variables are"),
        ("dw = u16*w", 5, 8, "u16: k is 0..=15", "every epoch"),
        ("dw = x0*w*w*w*w*w", 5, 17, "has 5 factors", "split the term"),
        ("dw = (x0 + 1)*w", 5, 13, "x0 takes no constant", "write x0 alone"),
        ("dw = x0*(w + 256)", 8, 17, "the constant 256 does not fit", "use 255"),
        ("dw = 9*x0", 5, 9, "the scale 9*2^0 does not fit", "write 9 as a factor, (c + 9)"),
        ("dw = 0.25*x1*x0", 5, 9, "`0.25`: a scale is an integer", "write 2^-2"),
        ("dw = x1^2*x0", 5, 9, "only 2 has an exponent", "x1*x1"),
        ("dw = x0*sgn(x1)", 8, 15, "sgn() takes w, d or t", "sgn(w)"),
        ("dw = x0*y1/4", 10, 11, "expected `+`, `-` or `*`, found `/`", "products"),
        ("dw = x0 y1", 8, 9, "expected `+`, `-` or `*`, found `y`", "joined by `*`"),
        ("dw = x0*", 8, 8, "found the end", "reads"),
        ("dw = (x0*w", 10, 10, "`)`, found the end", "reads"),
        ("dw x0", 3, 4, "expected `=`", "reads"),
        ("", 0, 0, "expected an equation", "reads"),
        ("dw = x0; dw = y0", 9, 16, "a second equation of dw", "first equation"),
    ];
    for (text, start, end, reason, help) in rows {
        let error = error(text);
        let place = (error.span.start, error.span.end);
        assert!(error.to_string().contains(reason), "{text}: {error}");
        assert!(error.help().contains(help), "{text}: {}", error.help());
        assert_eq!(place, (start, end), "{text}: {error}");
    }
}

#[test]
fn all_mistakes_are_reported_and_spans_count_from_the_offset() {
    let errors = parse("dw = x1 + y0*q7 + x0 ) ; dt = 9*x0", 100).expect_err("three mistakes");
    let starts: Vec<u32> = errors.iter().map(|error| error.span.start).collect();
    assert_eq!(starts, [121, 130]);
    let errors = parse("dw = x1 + y0*q7 + x0; dt = 9*x0", 100).expect_err("three mistakes");
    let starts: Vec<u32> = errors.iter().map(|error| error.span.start).collect();
    assert_eq!(starts, [105, 113, 127]);
}

#[test]
fn deep_and_wide_parentheses_are_refused_not_followed() {
    let deep = format!("dw = {}x0{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(error(&deep).to_string().contains("fewer parentheses"));
    let wide = format!("dw = x0{}", "*(w + d + t)".repeat(40));
    assert!(matches!(error(&wide).reason, Reason::Terms(_)));
}

#[test]
fn canonical_text() {
    let text = "dw = -3*2^-2*x0*y0*(y1 + 3) + 2^8*u2*sgn(w - 5)*(c - 100)\ndt = -u2*t";
    let rule = parse(text, 0).unwrap().into_rule("r");
    assert_eq!(print(&rule), text);
}

fn any_factor() -> impl Strategy<Value = Factor> {
    let codes = prop::sample::select(FactorCode::ALL.to_vec());
    (codes, -256..=255i32)
        .prop_map(|(code, c)| Factor { code, constant: if code.takes_constant() { c } else { 0 } })
}

fn any_term() -> impl Strategy<Value = Term> {
    let dependency = prop::sample::select(Dependency::ALL.to_vec());
    let factors = prop::collection::vec(any_factor(), 0..=4);
    (dependency, -8..=7i32, -7..=8i32, factors)
        .prop_map(|(dependency, mantissa, exponent, factors)| Term {
            dependency,
            mantissa,
            exponent,
            factors,
        })
        .prop_filter("legal", |term| term_problem(term).is_none())
}

proptest! {
    #[test]
    fn printing_and_parsing_give_the_same_terms(
        w in prop::collection::vec(any_term(), 1..6), t in prop::collection::vec(any_term(), 0..3), k in 0..=15u32,
    ) {
        let uses_k = w.iter().chain(&t).any(|term| term.dependency == Dependency::Uk);
        let rule = Rule { k: if uses_k { k } else { 0 }, w, t, ..Rule::default() };
        let terms = parse(&print(&rule), 7).unwrap();
        prop_assert_eq!(terms.into_rule(""), rule);
    }

    #[test]
    fn any_text_is_an_error_or_terms(text in "(d[wdtq] ?= ?)?[-+*^() 0-9.xyuwdtsgnr;,=']{0,60}") {
        if let Ok(terms) = parse(&text, 0) {
            for target in LearningTarget::ALL {
                prop_assert!(terms.of(*target).iter().all(|term| term_problem(term).is_none()));
            }
        }
    }
}

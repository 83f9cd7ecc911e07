//! The named rules realise what they say.

use isa::words::TraceProfile;

use super::library::{LibraryError, definitions, realise};
use super::{parse, print, term_problem};

#[test]
fn stdp_takes_the_largest_impulse_that_fits() {
    let rule = realise("stdp", &[("lambda", 30.0), ("alpha", 1.05)]).unwrap();
    assert_eq!(rule.text, "dw = 2^-2*x1*y0 - 2^-2*y1*x0");
    // Seeds R6: impulse 120, S = 2^-2, tau 20.
    assert_eq!(rule.rule.pre.0[0], TraceProfile { impulse: 120, fraction: 0, decay: 200 });
    assert_eq!(rule.post.0[0], TraceProfile { impulse: 126, fraction: 0, decay: 200 });
    let shown = rule.show();
    assert!(shown.contains("tau_plus (x1): asked 20, realised 19.975"), "{shown}");
    assert!(shown.contains("alpha: asked 1.05, realised 1.05"), "{shown}");
}

#[test]
fn headroom_leaves_room_for_bursts() {
    let rule = realise("stdp", &[("lambda", 30.0), ("headroom", 4.0)]).unwrap();
    assert_eq!(rule.text, "dw = x1*y0 - x1*y0".replace(" - x1*y0", " - y1*x0"));
    assert_eq!(rule.rule.pre.0[0].impulse, 30);
}

#[test]
fn every_rule_is_legal_with_its_defaults_and_prints_itself() {
    for definition in definitions() {
        let rule = realise(definition.name, &[]).unwrap_or_else(|error| panic!("{error}"));
        let terms: Vec<_> = rule.rule.w.iter().chain(&rule.rule.t).collect();
        assert!(!rule.rule.w.is_empty(), "{}", definition.name);
        assert!(terms.iter().all(|term| term_problem(term).is_none()), "{}", rule.text);
        assert_eq!(parse(&print(&rule.rule), 0).unwrap().into_rule(definition.name).w, rule.rule.w);
        for row in &rule.report {
            let error = (row.asked - row.got).abs() / row.asked.abs();
            assert!(
                error < 0.1,
                "{}: {} asked {} realised {}",
                definition.name,
                row.what,
                row.asked,
                row.got
            );
        }
    }
}

#[test]
fn equations_of_the_defaults() {
    let text = |name: &str| realise(name, &[]).unwrap().text;
    assert_eq!(text("rstdp"), "dw = 2^-1*u0*r1*t\ndt = 2^-2*x1*y0 - 2^-2*y1*x0 - 2^-4*u0*t");
    assert_eq!(text("triplet"), "dw = 2^-3*x1*y0 + 2^-4*x1*(y2 - 16)*y0 - 3*2^-4*y1*x0");
    assert_eq!(text("instar"), "dw = 2^-4*2*x1*y0 - 2^-4*w*y0");
    assert_eq!(text("oja"), "dw = 2^-3*u0*x1*y1 - 2^-3*u0*w*y1*y1");
    assert_eq!(text("homeostatic"), "dw = -2^-3*u0*w*(y1 - 32)");
    assert_eq!(realise("pes", &[("rate", -0.03125)]).unwrap().text, "dw = -2^-3*u0*x1*r0");
    assert!(realise("rstdp", &[]).unwrap().needs_tags);
}

#[test]
fn what_cannot_be_built_names_the_need() {
    let message =
        |name: &str, arguments: &[(&str, f64)]| realise(name, arguments).expect_err(name).to_string();
    assert!(message("stpd", &[]).starts_with("no rule `stpd`: known are stdp, rstdp"));
    assert!(message("stdp", &[("tau", 1.0)]).contains("has no parameter `tau`: it has lambda, alpha"));
    assert!(message("stdp", &[("lambda", 1e6)]).contains("above 0 and at most 32512"));
    assert!(message("stdp", &[("lambda", f64::NAN)]).contains("does not fit"));
    assert!(message("stdp", &[("tau_plus", -1.0)]).contains("tau_plus = -1 does not fit: 0.1 to 20000"));
    assert!(matches!(realise("oja", &[("rate", 1e-9)]), Err(LibraryError::Range { .. })));
}

#[test]
fn a_change_beyond_the_range_of_weights_is_told() {
    let beyond = |name, given: &[(&str, f64)]| realise(name, given).unwrap().beyond();
    let told = beyond("stdp", &[("lambda", 3000.0)]).unwrap();
    assert!(told.starts_with("lambda = 3000 is more than weights and tags span, -256..=255"), "{told}");
    assert!(realise("stdp", &[("lambda", -3000.0)]).unwrap().show().contains("warning: lambda = -3000"));
    assert!(beyond("triplet", &[("a2_minus", 2000.0)]).unwrap().starts_with("a2_minus = 2000"));
    assert_eq!(beyond("stdp", &[("lambda", 511.0)]), None);
    for definition in definitions() {
        assert_eq!(beyond(definition.name, &[]), None, "{}", definition.name);
    }
}

//! What is taken and yet cannot be meant: a warning each, at its place, with the way out.

use seamount_network::{Diagnostic, NoFiles, read};

/// The warnings of a text.
fn warnings(text: &str) -> Vec<Diagnostic> {
    match read(text, &NoFiles) {
        Ok(reading) => reading.warnings.0,
        Err(found) => panic!("{text}: {found}"),
    }
}

/// The only warning of a text: code, what its span covers, message with label and help.
fn warning(text: &str) -> (&'static str, String, String) {
    let found = warnings(text);
    let [only] = found.as_slice() else { panic!("{text}: {found:?}") };
    let covered = &text[only.span.start as usize..only.span.end as usize];
    let help = only.help.clone().unwrap_or_default();
    (only.code, covered.into(), format!("{} | {} | {help}", only.message, only.label))
}

fn check(head: &str, cases: &[(&str, &str, &str, &str)]) {
    for (text, code, covered, what) in cases {
        let found = warning(&format!("{head}{text}\n"));
        assert_eq!((found.0, found.1.as_str()), (*code, *covered), "{text}: {}", found.2);
        assert!(found.2.contains(what), "{text}: {}", found.2);
    }
}

#[test]
fn weights_between_two_steps_and_clipped_ones() {
    let cases = [
        (
            "project a -> b : all { weight = [1, -3, 4, 5, 6, 7, 8, 9, 1] }",
            "E0043",
            "[1, -3, 4, 5, 6, 7, 8, 9, 1]",
            "`a->b`: 6 of 9 weights lie between the steps of 2 and are truncated toward zero, 2 of them to 0 | 1 -> 0 | \
             mixed weights of 8 bits are even",
        ),
        (
            "project a -> b : all { weight = 3, sign = mixed }",
            "E0043",
            "3",
            "weight 3 lies between the steps of 2 and is truncated toward zero | 3 -> 2 | mixed weights of 8 bits are \
             even: give even weights, or `sign = excitatory`",
        ),
        (
            "project a -> b : all { weight = -9, bits = 6 }",
            "E0043",
            "-9",
            "steps of 4 and is truncated toward zero | -9 -> -8 | give multiples of 4, or more `bits`",
        ),
        (
            "project a -> b : one_to_one { weight = [300, 5, 400], clip = true }",
            "E0044",
            "[300, 5, 400]",
            "2 of 3 weights are clipped to 0..=255 | 400 -> 255 |",
        ),
    ];
    check("input a[3]\npopulation b[3]\n", &cases);
    let exact = "input a[3]\npopulation b[3]\nproject a -> b : all { weight = 3 }\n\
                 project a -> b : one_to_one { weight = [2, -4, 254] }\n";
    assert_eq!(warnings(exact), []);
}

#[test]
fn learning_that_cannot_happen() {
    let cases = [
        (
            "rule pair { trace y1(impulse = 20, tau = 10), dw = x1*y0 - y1*x0 }\nproject a -> b : all { learn = pair }",
            "pair",
            "rule `pair` reads x1, but has no trace x1",
        ),
        (
            "rule pair { trace x1(impulse = 20, tau = 10), dw = x1*y0 - y1*x0 }\nproject a -> b : all { learn = pair }",
            "project a -> b : all { learn = pair }",
            "reads y1, but `b` has no trace y1",
        ),
        (
            "rule r { dw = r1*x0 }\nproject a -> b : all { learn = r }",
            "project a -> b : all { learn = r }",
            "reads r1, but no reward channel reaches `b`: it is 0 throughout |  | declare a channel",
        ),
        (
            "reward p { tau = 5 }\nreward q { tau = 5 }\nproject a -> b : all { learn = rstdp }",
            "project a -> b : all { learn = rstdp }",
            "say `reward = ..` in the rule, or in the target's settings; there is `p`, `q`",
        ),
    ];
    let cases = cases.map(|(text, covered, what)| (text, "E0035", covered, what));
    check("input a[3]\npopulation b[3]\n", &cases);
    let good = [
        "reward p { tau = 5 }\nproject a -> b : all { learn = rstdp }",
        "rule r { dw = r1*x0, reward = q }\nreward p { tau = 5 }\nreward q { tau = 5 }\nproject a -> b : all { learn = r }",
        "rule r { dw = y1*x0 }\npopulation c { trace y1(impulse = 1, tau = 5) }\nproject a -> c : all { learn = r }",
        "rule unused { dw = x1*y0 }",
    ];
    for text in good {
        assert_eq!(warnings(&format!("input a[3]\npopulation b[3]\n{text}\n")), [], "{text}");
    }
}

#[test]
fn time_constants_that_no_decay_holds() {
    let cases = [
        (
            "population b { tau_v = 200 s }",
            "200 s",
            "tau_v of `b` = 200000 ms, 200000 steps, becomes decay 0: it never decays",
        ),
        (
            "population b { tau_u = 0.1 ms }",
            "0.1 ms",
            "tau_u of `b` = 0.1 ms, 0.1 steps, becomes decay 4096: it forgets at once",
        ),
        ("population b[2] { tau_v = [5 ms, 0.01 ms] }", "[5 ms, 0.01 ms]", "= 0.01 ms"),
        ("reward p { tau = 20 s }", "20 s", "becomes decay 0"),
        (
            "neuron c { tau_v = 20 s }\npopulation a[3] : c\npopulation b : c",
            "20 s",
            "tau_v of `a` = 20000 ms, 20000 steps, becomes decay 0",
        ),
    ];
    check("step 1 ms\n", &cases.map(|(text, covered, what)| (text, "W0002", covered, what)));
    let two = "step 1 ms\nneuron c(t) { tau_v = t }\npopulation a : c(20 s)\npopulation b : c(30 s)\n\
               population d : c(20 s)";
    assert_eq!(warnings(two).len(), 2, "two values of one line are two facts");
    assert_eq!(
        warnings("population b { tau_v = 8000, tau_u = 0 }\npopulation c { tau_v = 1, method = euler }"),
        []
    );
}

#[test]
fn records_that_never_happen() {
    let cases = [
        ("record p.v every 20", "20", "every 20, but the last step is 10"),
        ("record p.v at 11", "11", "step 11 comes after the last, 10"),
    ];
    check("population p\nrun 10\n", &cases.map(|(text, covered, what)| (text, "E0035", covered, what)));
    assert_eq!(warnings("population p\nrun 10\nrecord p.v every 10\nrecord p.u at 10"), []);
}

#[test]
fn rules_that_change_a_weight_by_more_than_its_range() {
    let text = "input a[3]\npopulation b[3]\nproject a -> b : all { learn = stdp(lambda = 3000) }\n";
    let found = warning(text);
    assert_eq!((found.0, found.1.as_str()), ("E0041", "stdp(lambda = 3000)"));
    assert!(found.2.contains("rule `stdp`: lambda = 3000 is more than weights and tags span"), "{}", found.2);
    assert_eq!(warnings(&text.replace("3000", "300")), []);
}

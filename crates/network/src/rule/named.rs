//! The named rules: parameters, equations, sources.
#![allow(clippy::float_arithmetic, reason = "parameters of a rule are physical; what is built is integers")]

use isa::op::FactorCode::{R0, R1, T, W, X1, X2, Y1, Y2};

use super::builder::{Arguments, Builder, Definition, LibraryError, Parameter, product_shift};

type Built = Result<(), LibraryError>;

const fn parameter(name: &'static str, default: f64, doc: &'static str) -> Parameter {
    Parameter { name, default, doc }
}

const LAMBDA: Parameter = parameter("lambda", 30.0, "change at dt = 0+, in units of the mantissa");
const ALPHA: Parameter = parameter("alpha", 1.0, "depression relative to potentiation");
const TAU_PLUS: Parameter = parameter("tau_plus", 20.0, "time constant of potentiation, steps");
const TAU_MINUS: Parameter = parameter("tau_minus", 20.0, "time constant of depression, steps");
const HEADROOM: Parameter =
    parameter("headroom", 1.0, "coincident events that a trace holds before it saturates");

/// Every named rule.
pub(super) const DEFINITIONS: &[Definition] = &[
    Definition {
        name: "stdp",
        doc: "pair STDP: +lambda*exp(-dt/tau_plus) for post after pre, -alpha*lambda*exp(-dt/tau_minus) for pre after \
              post (Song, Miller and Abbott 2000)",
        parameters: &[LAMBDA, ALPHA, TAU_PLUS, TAU_MINUS, HEADROOM],
        build: stdp,
    },
    Definition {
        name: "rstdp",
        doc: "reward-modulated STDP: pair STDP into the tag, which decays; dw = eta*r1*tag at every evaluation \
              (Izhikevich 2007; Florian 2007)",
        parameters: &[
            LAMBDA,
            ALPHA,
            TAU_PLUS,
            TAU_MINUS,
            parameter("tag_decay", 0.0625, "share of the tag lost per evaluation"),
            parameter("eta", 0.0625, "change of the weight per reward and tag"),
            HEADROOM,
        ],
        build: rstdp,
    },
    Definition {
        name: "triplet",
        doc: "triplet STDP: dw = (a2_plus + a3_plus*r2)*x at a post event, -(a2_minus + a3_minus*x2)*y at a pre event; \
              r2 without the event itself (Pfister and Gerstner 2006)",
        parameters: &[
            parameter("a2_plus", 4.0, "pair potentiation"),
            parameter("a3_plus", 8.0, "triplet potentiation; 0: none"),
            parameter("a2_minus", 6.0, "pair depression"),
            parameter("a3_minus", 0.0, "triplet depression; 0: none"),
            parameter("tau_plus", 17.0, "time constant of x1, steps"),
            parameter("tau_x", 101.0, "time constant of x2, steps"),
            parameter("tau_minus", 34.0, "time constant of y1, steps"),
            parameter("tau_y", 114.0, "time constant of y2, steps"),
        ],
        build: triplet,
    },
    Definition {
        name: "instar",
        doc: "instar: dw = rate*(2*x1 - w) at a post event; the weight follows the pre trace (Grossberg 1976)",
        parameters: &[
            parameter("rate", 0.0625, "share of the way per post event"),
            parameter("impulse", 16.0, "impulse of x1, 1 to 127"),
            parameter("tau", 16.0, "time constant of x1, steps"),
        ],
        build: instar,
    },
    Definition {
        name: "oja",
        doc: "Oja's rule on traces: dw = rate*(x1*y1 - w/256*y1^2) at every evaluation (Oja 1982)",
        parameters: &[
            parameter("rate", 0.03125, "rate per evaluation"),
            parameter("impulse", 16.0, "impulse of x1 and y1, 1 to 127"),
            parameter("tau", 16.0, "time constant of x1 and y1, steps"),
        ],
        build: oja,
    },
    Definition {
        name: "homeostatic",
        doc: "synaptic scaling: dw = rate*w*(target - y1) at every evaluation (van Rossum, Bi and Turrigiano 2000)",
        parameters: &[
            parameter("rate", 0.015625, "rate per evaluation"),
            parameter("target", 32.0, "activity at rest, in units of y1, 1 to 127"),
            parameter("impulse", 16.0, "impulse of y1, 1 to 127"),
            parameter("tau", 100.0, "time constant of y1, steps"),
        ],
        build: homeostatic,
    },
    Definition {
        name: "pes",
        doc: "prescribed error sensitivity: dw = rate*x1*r0 at every evaluation, the error a reward; a negative rate for \
              targets that count down (MacNeil and Eliasmith 2011)",
        parameters: &[
            parameter("rate", 0.03125, "rate per evaluation"),
            parameter("impulse", 16.0, "impulse of x1, 1 to 127"),
            parameter("tau", 20.0, "time constant of x1, steps"),
        ],
        build: pes,
    },
];

/// The two traces and scales of a pair rule.
fn pair(a: &Arguments<'_>, b: &mut Builder) -> Result<[super::builder::Signed; 2], LibraryError> {
    let (plus, impulse) = b.amplitude(a, "lambda", 1.0)?;
    b.trace(a, X1, "tau_plus", impulse)?;
    let lambda = a.get("lambda");
    let (minus, impulse) = b.amplitude(a, "alpha", lambda.abs())?;
    b.trace(a, Y1, "tau_minus", impulse)?;
    Ok([plus, if lambda < 0.0 { minus } else { minus.negated() }])
}

fn stdp(a: &Arguments<'_>, b: &mut Builder) -> Built {
    let [plus, minus] = pair(a, b)?;
    b.w(plus, "x1*y0");
    b.w(minus, "y1*x0");
    Ok(())
}

fn rstdp(a: &Arguments<'_>, b: &mut Builder) -> Built {
    let [plus, minus] = pair(a, b)?;
    b.t(plus, "x1*y0");
    b.t(minus, "y1*x0");
    a.within("tag_decay", 0.004, 1.0)?;
    let leak = b.nearest(a, "tag_decay", 1.0)?;
    b.t(leak.negated(), "u0*t");
    let eta = b.nearest(a, "eta", shifted(&[R1, T]))?;
    b.w(eta, "u0*r1*t");
    Ok(())
}

/// 2^shift of a product: a scale has to be that much larger than what it realises.
fn shifted(factors: &[isa::op::FactorCode]) -> f64 {
    f64::from(1u32 << product_shift(factors))
}

/// Impulses of the triplet rule: x1 and y1, and x2 and y2.
const FAST: f64 = 32.0;
const SLOW: f64 = 16.0;

fn triplet(a: &Arguments<'_>, b: &mut Builder) -> Built {
    for (code, tau, impulse) in
        [(X1, "tau_plus", FAST), (X2, "tau_x", SLOW), (Y1, "tau_minus", FAST), (Y2, "tau_y", SLOW)]
    {
        b.trace(a, code, tau, impulse)?;
    }
    let pair = 1.0 / FAST;
    let plus = b.nearest(a, "a2_plus", pair)?;
    b.w(plus, "x1*y0");
    // A trace read at an event's own step holds that event's impulse: the constant takes it off again.
    if a.within("a3_plus", 0.0, 1e6)? > 0.0 {
        let plus = b.nearest(a, "a3_plus", pair / SLOW * shifted(&[X1, Y2]))?;
        b.w(plus, "x1*(y2 - 16)*y0");
    }
    let minus = b.nearest(a, "a2_minus", pair)?;
    b.w(minus.negated(), "y1*x0");
    if a.within("a3_minus", 0.0, 1e6)? > 0.0 {
        let minus = b.nearest(a, "a3_minus", pair / SLOW * shifted(&[Y1, X2]))?;
        b.w(minus.negated(), "y1*(x2 - 16)*x0");
    }
    Ok(())
}

fn impulse(a: &Arguments<'_>) -> Result<f64, LibraryError> {
    a.within("impulse", 1.0, 127.0)
}

fn instar(a: &Arguments<'_>, b: &mut Builder) -> Built {
    b.trace(a, X1, "tau", impulse(a)?)?;
    a.within("rate", 0.0078125, 1.0)?;
    let scale = b.nearest(a, "rate", 1.0)?;
    b.w(scale, "2*x1*y0");
    b.w(scale.negated(), "w*y0");
    Ok(())
}

fn oja(a: &Arguments<'_>, b: &mut Builder) -> Built {
    b.trace(a, X1, "tau", impulse(a)?)?;
    b.trace(a, Y1, "tau", impulse(a)?)?;
    // x1*y1 is scaled by 2^-2 and w*y1*y1 by 2^-10: the ratio is the 256 of the equation, so both take one scale.
    let scale = b.nearest(a, "rate", shifted(&[X1, Y1]))?;
    b.w(scale, "u0*x1*y1");
    b.w(scale.negated(), "u0*w*y1*y1");
    Ok(())
}

fn homeostatic(a: &Arguments<'_>, b: &mut Builder) -> Built {
    b.trace(a, Y1, "tau", impulse(a)?)?;
    let target = a.within("target", 1.0, 127.0)?;
    let scale = b.nearest(a, "rate", shifted(&[W, Y1]))?;
    b.w(scale.negated(), &format!("u0*w*(y1 - {})", libm::round(target) as i64));
    Ok(())
}

fn pes(a: &Arguments<'_>, b: &mut Builder) -> Built {
    b.trace(a, X1, "tau", impulse(a)?)?;
    let scale = b.nearest(a, "rate", shifted(&[X1, R0]))?;
    b.w(scale, "u0*x1*r0");
    Ok(())
}

//! Projections: sides, pattern, weights, delays, tags, learning.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use isa::op::{AxonKind, Compression, SignMode, weight_bits_code};

use super::fields::SYNAPSE;
use super::neuron::words;
use super::numbers::{At, map};
use super::pattern::{Made, Side};
use super::physical::Weights;
use super::refer::Place;
use super::value::{Numbers, Value};
use super::{Elaborator, Scope};
use crate::diagnostic::Diagnostic;
use crate::graph::{Connectivity, NO_TRACE, Node, Projection, Span, Values, View};
use crate::text::ast::{self, Expr, ExprKind, Item, ItemKind};

/// The line that counts for each field.
type Fields<'a> = BTreeMap<&'static str, (&'a Item, Rc<Scope>)>;

/// How weights are stored.
pub(super) struct Format {
    pub(super) sign: Option<SignMode>,
    exponent: Option<i32>,
    pub(super) clip: bool,
}

impl<'a> Elaborator<'a> {
    /// A project statement.
    pub(super) fn project(&mut self, p: &'a ast::Project, span: Span) {
        let (pre, post) = (self.side(&p.pre), self.side(&p.post));
        let synapses = self.synapses.clone();
        let layers = self.layers("synapse", &synapses, (p.base.as_ref(), &p.items), (&Scope::new(), span));
        let mut fields: Fields = BTreeMap::new();
        for (items, scope) in &layers {
            for item in *items {
                self.synapse_line(item, scope, &mut fields);
            }
        }
        let (Some((pre, pre_side)), Some((post, post_side))) = (pre, post) else { return };
        let Some(mut made) = self.pattern(&p.pattern, &pre_side, &post_side, span) else { return };
        // What the pattern lists replaces what a prototype says; beside the projection's own field it is refused.
        let own = |item: &Item| p.items.iter().any(|mine| std::ptr::eq(mine, item));
        for (field, given) in [("weight", &made.weight), ("delay", &made.delay), ("tag", &made.tag)] {
            if given.is_some() && fields.get(field).is_some_and(|(item, _)| !own(item)) {
                fields.remove(field);
            }
        }
        if self.bool_field(&fields, "autapses", true) == Some(false) {
            let Some(rest) = self.without_autapses(made, [&pre, &post], span) else { return };
            made = rest;
        }
        let name = self.name_of(&fields, &pre, &post);
        let Some(projection) = self.synapses_of(&fields, made, (name, pre, post), span) else { return };
        self.demand(&projection, span);
        self.graph.projections.push(projection);
    }

    fn synapse_line(&mut self, item: &'a Item, scope: &Rc<Scope>, fields: &mut Fields<'a>) {
        let Some(field) = self.field("a projection", &[&SYNAPSE], item) else { return };
        match field {
            "weight" => fields.remove("weight_mant"),
            "weight_mant" => fields.remove("weight"),
            _ => None,
        };
        fields.insert(field, (item, scope.clone()));
    }

    /// One side: its views, one after another.
    fn side(&mut self, exprs: &[Expr]) -> Option<(Vec<View>, Side)> {
        let places: Vec<Option<Place>> = exprs.iter().map(|e| self.node_place(e, &Scope::new())).collect();
        let places: Vec<Place> = places.into_iter().collect::<Option<_>>()?;
        let views: Vec<View> = places.iter().flat_map(Place::views).collect();
        let shape = if let [one] = places.as_slice() { one.shape.clone() } else { None };
        let len = views.iter().map(View::len).sum();
        Some((views, Side { len, shape }))
    }

    fn name_of(&mut self, fields: &Fields<'a>, pre: &[View], post: &[View]) -> String {
        if let Some((item, _)) = fields.get("name") {
            match &item.kind {
                ItemKind::Set(Expr { kind: ExprKind::Name(name) | ExprKind::Text(name), .. }) => {
                    return name.clone();
                }
                _ => self.found.push(Diagnostic::error("E0032", item.span, "a projection's name is a name")),
            }
        }
        let side = |views: &[View]| {
            let mut names: Vec<&str> = Vec::new();
            for view in views {
                let name = match view.node {
                    Node::Population(p) => &self.graph.populations[p].name,
                    Node::Input(i) => &self.graph.inputs[i].name,
                };
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
            names.join("+")
        };
        format!("{}->{}", side(pre), side(post))
    }

    /// The value of a field.
    fn value<'e>(&mut self, fields: &'e Fields<'a>, field: &str) -> Option<(&'e Expr, &'e Scope)> {
        let (item, scope) = fields.get(field)?;
        match &item.kind {
            ItemKind::Set(value) => Some((value, scope)),
            _ => self.fail(Diagnostic::error("E0032", item.span, format!("`{field}` is set with `=`"))),
        }
    }

    fn bool_field(&mut self, fields: &Fields<'a>, field: &str, default: bool) -> Option<bool> {
        match fields.get(field) {
            Some((item, scope)) => self.flag(item, &scope.clone(), field),
            None => Some(default),
        }
    }

    fn int_field(&mut self, fields: &Fields<'a>, field: &str, bounds: (i64, i64)) -> Option<i64> {
        let (value, scope) = self.value(fields, field)?;
        self.integer(value, scope, field, bounds)
    }

    fn word_field<T: Copy>(&mut self, fields: &Fields<'a>, field: &str, words: &[(&str, T)]) -> Option<T> {
        let (value, scope) = self.value(fields, field)?;
        self.choice(At { expr: value, scope, what: field }, words)
    }

    /// Weights, delays, tags, learning of a projection.
    fn synapses_of(
        &mut self,
        fields: &Fields<'a>,
        made: Made,
        (name, pre, post): (String, Vec<View>, Vec<View>),
        span: Span,
    ) -> Option<Projection> {
        let bits = if fields.contains_key("bits") { self.bits(fields)? } else { 8 };
        let signs = [
            ("auto", None),
            ("mixed", Some(SignMode::Mixed)),
            ("excitatory", Some(SignMode::Excitatory)),
            ("inhibitory", Some(SignMode::Inhibitory)),
        ];
        let format = Format {
            sign: self.word_field(fields, "sign", &signs).flatten(),
            exponent: self.int_field(fields, "exponent", (-8, 7)).map(|e| e as i32),
            clip: self.bool_field(fields, "clip", false)?,
        };
        let mut p = Projection {
            name,
            pre,
            post,
            connectivity: made.connectivity,
            weight: Values::Same(0),
            delay: Values::Same(0),
            tag: Values::Same(0),
            mode: SignMode::Mixed,
            bits,
            exponent: format.exponent.unwrap_or(0),
            delay_bits: 0,
            tags: false,
            boxed: false,
            limit: (0, 0),
            rule: None,
            compression: self.word_field(fields, "compression", &words(Compression::ALL, Compression::name)),
            axon: self.word_field(fields, "axon", &words(AxonKind::ALL, AxonKind::name)),
            span,
        };
        if let Some((value, scope)) = self.value(fields, "learn") {
            p.rule = if is_none(value) { None } else { self.rule(value, scope) };
        }
        self.weights(fields, made.weight, &format, &mut p)?;
        self.delays(fields, made.delay, &mut p)?;
        self.tags(fields, made.tag, &mut p)?;
        self.limit(fields, &mut p);
        Some(p)
    }

    fn bits(&mut self, fields: &Fields<'a>) -> Option<u32> {
        let bits = self.int_field(fields, "bits", (1, 8))? as u32;
        if weight_bits_code(bits).is_some() {
            return Some(bits);
        }
        let span = fields.get("bits").map_or(Span::default(), |(item, _)| item.span);
        self.fail(Diagnostic::error("E0041", span, format!("bits = {bits} is out of range: 1..=6 or 8")))
    }

    /// Numbers of the pattern or of a field.
    fn column(
        &mut self,
        fields: &Fields<'a>,
        field: &str,
        made: Option<(Numbers, Span)>,
        p: &Projection,
    ) -> Option<(Numbers, Span)> {
        let given = fields.get(field).map(|(item, _)| item.span);
        match (made, given) {
            (Some(_), Some(span)) => self.fail(Diagnostic::error(
                "E0034",
                span,
                format!("the pattern of `{}` lists its own {field}s", p.name),
            )),
            (Some(made), None) => Some(made),
            (None, Some(_)) => {
                let (value, scope) = self.value(fields, field)?;
                let what = format!("{field} of `{}`", p.name);
                let at = At { expr: value, scope, what: &what };
                let evaluated = self.eval(value, scope)?;
                self.turned(&evaluated, at, p)?;
                let numbers = self.numbers(evaluated, at, p.synapses())?;
                Some((numbers, value.span))
            }
            (None, None) => None,
        }
    }

    /// Refuses a table of targets x sources where sources x targets is meant.
    fn turned(&mut self, value: &Value, at: At, p: &Projection) -> Option<()> {
        let (Value::Array(array) | Value::Measured(array, _)) = value else { return Some(()) };
        let want = [p.pre_len(), p.post_len()];
        if p.connectivity == Connectivity::Dense && array.shape == [want[1], want[0]] && want[0] != want[1] {
            let error = Diagnostic::error(
                "E0061",
                at.expr.span,
                format!("{} has shape {:?}, sources x targets is {want:?}", at.what, array.shape),
            );
            return self.fail(error.help("`: dense(load(..), transpose = true)` takes rows as targets"));
        }
        Some(())
    }

    fn weights(
        &mut self,
        fields: &Fields<'a>,
        made: Option<(Numbers, Span)>,
        format: &Format,
        p: &mut Projection,
    ) -> Option<()> {
        let exact = fields.contains_key("weight_mant");
        let field = if exact { "weight_mant" } else { "weight" };
        let (numbers, span) = match self.column(fields, field, made, p) {
            Some(found) => found,
            None if fields.contains_key(field) => return None,
            None => (Numbers::Ints(Values::Same(1)), p.span),
        };
        let levels: BTreeSet<bool> = p
            .post
            .iter()
            .map(|view| matches!(view.node, Node::Population(t) if self.is_physical(t)))
            .collect();
        if exact || levels == BTreeSet::from([false]) {
            return self.chip_weights(numbers, span, format, p);
        }
        if levels.len() > 1 {
            let message =
                format!("`{}` ends at populations with `threshold` and at others with `vth_mant`", p.name);
            return self.fail(Diagnostic::error("E0034", span, message).help("write two projections"));
        }
        let values = match numbers {
            Numbers::Ints(v) => map(v, |x| x as f64),
            Numbers::Reals(v) => v,
            _ => return self.fail(Diagnostic::error("E0032", span, "a weight has no unit")),
        };
        let signs = (values.iter().any(|w| *w < 0.0), values.iter().any(|w| *w > 0.0));
        p.mode = format.sign.unwrap_or(sign_of(signs));
        let wrong = match p.mode {
            SignMode::Mixed => false,
            SignMode::Excitatory => signs.0,
            SignMode::Inhibitory => signs.1,
        };
        if wrong {
            return self.fail(Diagnostic::error(
                "E0044",
                span,
                format!("`{}` is {}, but not all of its weights are", p.name, p.mode),
            ));
        }
        let projection = self.graph.projections.len();
        self.physical.weights.push(Weights { projection, values, exponent: format.exponent, span });
        Some(())
    }

    fn delays(
        &mut self,
        fields: &Fields<'a>,
        made: Option<(Numbers, Span)>,
        p: &mut Projection,
    ) -> Option<()> {
        self.box_field(fields, p);
        let (field, bounds) =
            if p.boxed && !fields.contains_key("delay") { ("box", (1, 62)) } else { ("delay", (0, 62)) };
        let given = fields.contains_key("delay") || made.is_some() || (p.boxed && !self.is_flag(fields));
        if given {
            let (numbers, span) = self.column(fields, field, made, p)?;
            let expr = Expr { kind: ExprKind::Int(0), span };
            let what = format!("{field} of `{}`", p.name);
            let at = At { expr: &expr, scope: &Scope::new(), what: &what };
            let before = self.found.len();
            let delays = self.delay_values(numbers, at, bounds);
            self.advise(
                before,
                "a longer wait: `axon_delay` of the source adds up to 63 steps, a `delay_line` any number",
            );
            p.delay = delays?;
        }
        let most = p.delay.iter().copied().max().unwrap_or(0);
        let learned = p.rule.is_some_and(|rule| self.built(rule).changes[0]);
        let least = if learned { 6 } else { u8::BITS - most.leading_zeros() };
        p.delay_bits = self.int_field(fields, "delay_bits", (0, 6)).map_or(least, |bits| bits as u32);
        Some(())
    }

    fn delay_values(&mut self, numbers: Numbers, at: At, bounds: (i64, i64)) -> Option<Values<u8>> {
        let whole = match numbers {
            Numbers::Ints(v) => v,
            Numbers::Reals(v) => self.whole(v, at)?,
            Numbers::Steps(v) => {
                let rounded = map(v.clone(), |x| crate::quantise::round(x).map_or(i64::MAX, |r| r.value));
                if let Some((asked, got)) = v.iter().zip(rounded.iter()).find(|(x, n)| **x != **n as f64) {
                    self.note(
                        at.expr.span,
                        at.what,
                        format!("{} steps", crate::quantise::show(*asked)),
                        format!("{got} steps"),
                    );
                }
                rounded
            }
            Numbers::Rates(_) => return self.wrong_unit(at, "a number of steps, or a time in us, ms or s"),
        };
        self.bounded(whole, at, bounds).map(|v| map(v, |x| x as u8))
    }

    /// Whether `box` is a flag and not a length.
    fn is_flag(&self, fields: &Fields<'a>) -> bool {
        matches!(fields.get("box"), Some((Item { kind: ItemKind::Flag, .. }, _)))
            || matches!(
                fields.get("box"),
                Some((Item { kind: ItemKind::Set(Expr { kind: ExprKind::Name(_), .. }), .. }, _))
            )
    }

    fn box_field(&mut self, fields: &Fields<'a>, p: &mut Projection) {
        if fields.contains_key("box") {
            p.boxed = !self.is_flag(fields) || self.bool_field(fields, "box", false) == Some(true);
        }
    }

    fn tags(&mut self, fields: &Fields<'a>, made: Option<(Numbers, Span)>, p: &mut Projection) -> Option<()> {
        if fields.contains_key("tag") || made.is_some() {
            let (numbers, span) = self.column(fields, "tag", made, p)?;
            let expr = Expr { kind: ExprKind::Int(0), span };
            let at = At { expr: &expr, scope: &Scope::new(), what: "tag" };
            let whole = match numbers {
                Numbers::Ints(v) => v,
                Numbers::Reals(v) => self.whole(v, at)?,
                _ => return self.wrong_unit(at, "an integer"),
            };
            p.tag = map(self.bounded(whole, at, (-256, 255))?, |x| x as i16);
        }
        let learned = p.rule.is_some_and(|rule| self.built(rule).changes[1]);
        let needed = learned || p.tag.iter().any(|tag| *tag != 0);
        p.tags = match fields.get("tags") {
            Some((Item { kind: ItemKind::Set(Expr { kind: ExprKind::Int(bits), .. }), .. }, _)) => *bits != 0,
            _ => self.bool_field(fields, "tags", needed)?,
        };
        Some(())
    }

    /// `limit = 120`, `limit(mantissa = 15, exponent = 3)`
    fn limit(&mut self, fields: &Fields<'a>, p: &mut Projection) {
        let Some((item, scope)) = fields.get("limit") else { return };
        match &item.kind {
            ItemKind::Set(value) if is_none(value) => {}
            ItemKind::Set(value) => {
                let Some(limit) = self.integer(value, scope, "limit", (1, 15 << 15)) else { return };
                match (0..16).find(|e| limit % (1 << e) == 0 && limit >> e <= 15) {
                    Some(e) => p.limit = ((limit >> e) as u32, e),
                    None => {
                        let e = 60 - (limit as u64).leading_zeros();
                        let below = limit >> e << e;
                        let error = Diagnostic::error(
                            "E0053",
                            item.span,
                            format!("limit {limit} is no mantissa 0..=15 times 2^0..2^15"),
                        );
                        self.found.push(error.help(format!("next are {below} and {}", below + (1 << e))));
                    }
                }
            }
            ItemKind::Call(args) => {
                let Some(places) =
                    self.places("limit", &[("mantissa", true), ("exponent", true)], args, item.span)
                else {
                    return;
                };
                let mut part =
                    |i: usize| places[i].and_then(|arg| self.integer(&arg.value, scope, "limit", (0, 15)));
                if let (Some(m), Some(e)) = (part(0), part(1)) {
                    p.limit = (m as u32, e as u32);
                }
            }
            _ => self.found.push(Diagnostic::error(
                "E0032",
                item.span,
                "limit is a number or limit(mantissa = .., exponent = ..)",
            )),
        }
    }

    /// What a projection asks of the populations where it ends: ring, epoch, reward channel, traces.
    fn demand(&mut self, p: &Projection, span: Span) {
        let built = p.rule.map(|rule| self.built(rule));
        let learned = built.as_ref().is_some_and(|b| b.changes[0]);
        let longest = p.delay.iter().copied().max().unwrap_or(0).into();
        let most = if learned { ((1 << p.delay_bits) - 1).min(62) } else { longest };
        for view in &p.post {
            let Node::Population(target) = view.node else { continue };
            self.need_delay(target, most);
            let Some(built) = &built else { continue };
            if let Some(epoch) = built.epoch {
                self.want(target, "epoch", epoch, span);
            }
            let free = built.uses_reward && !self.is_settled(target);
            let only = (free && self.graph.rewards.len() == 1).then_some(0);
            if let Some(reward) = built.reward.or(only) {
                self.want(target, "reward", reward as u32, span);
            }
            self.demand_traces(view, &built.post, span);
        }
    }

    fn demand_traces(&mut self, view: &View, post: &[Option<isa::words::TraceProfile>; 3], span: Span) {
        let Node::Population(target) = view.node else { return };
        let Some(c) = self.graph.populations[target].tree.get_mut(view.compartment as usize) else { return };
        for (i, trace) in post.iter().enumerate() {
            let Some(trace) = trace else { continue };
            let profile = c.post.get_or_insert(isa::words::PostProfile([NO_TRACE; 3]));
            if profile.0[i] == NO_TRACE || profile.0[i] == *trace {
                profile.0[i] = *trace;
            } else {
                let name = &self.graph.populations[target].name;
                let message = format!("`{name}` has another trace y{} already", i + 1);
                let error = Diagnostic::error("E0070", span, message);
                self.found
                    .push(error.help("a compartment has one profile of y1, y2, y3: use another of them"));
                return;
            }
        }
    }
}

fn is_none(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Name(name) if name == "none")
}

/// The mode of weights of which (some are negative, some are positive).
pub(super) fn sign_of(signs: (bool, bool)) -> SignMode {
    match signs {
        (true, true) => SignMode::Mixed,
        (true, false) => SignMode::Inhibitory,
        (false, _) => SignMode::Excitatory,
    }
}

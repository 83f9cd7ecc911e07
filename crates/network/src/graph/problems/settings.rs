//! Settings that a core shares (contract 1, 3, 4, 7).

use super::List;
use crate::graph::{Graph, Span};

pub(super) fn check(graph: &Graph, list: &mut List) {
    for (i, settings) in graph.settings.iter().enumerate() {
        let owner = graph.populations.iter().find(|p| p.settings == i);
        list.at(owner.map_or(Span::default(), |p| p.span));
        let name = owner.map_or(format!("settings {i}"), |p| format!("settings of `{}`", p.name));
        list.range(&format!("{name}: epoch"), settings.epoch.into(), (1, 63));
        list.range(&format!("{name}: delay_bits"), settings.delay_bits.into(), (3, 6));
        list.range(&format!("{name}: vmin_exponent"), settings.vmin_exponent.into(), (0, 23));
        list.range(&format!("{name}: vmax_exponent"), settings.vmax_exponent.into(), (0, 7));
        if let Some(noise) = settings.noise {
            list.range(&format!("{name}: noise exponent"), noise.exponent.into(), (0, 23));
            list.range(&format!("{name}: noise offset"), noise.offset.into(), (0, 7));
        }
        if let Some(reward) = settings.reward.filter(|&r| r >= graph.rewards.len()) {
            list.add("E0056", format!("{name}: there is no reward channel {reward}"));
        }
    }
}

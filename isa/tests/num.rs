//! Corners of every function of `isa::num` (contract 2 to 7; the corners of users' golden models).

use seamount_isa as isa;

use isa::num::*;
use isa::op::SignMode;

#[test]
fn wrap_keeps_the_low_bits_sign_included() {
    assert_eq!(wrap((1 << 23) - 1, U_BITS), (1 << 23) - 1);
    assert_eq!(wrap(1 << 23, U_BITS), -(1 << 23));
    assert_eq!(wrap(-(1 << 23) - 1, U_BITS), (1 << 23) - 1);
    assert_eq!(wrap(1 << 21, Q_BITS), -(1 << 21));
    assert_eq!(wrap((1 << 22) + 5, Q_BITS), 5);
    assert_eq!(wrap(i64::MAX, U_BITS), -1);
    assert_eq!(wrap(i64::MIN, U_BITS), 0);
    assert_eq!(wrap(1, 1), -1);
}

#[test]
fn sat_clamps_at_both_ends() {
    assert_eq!([sat(32767, 16), sat(32768, 16), sat(i64::MAX, 16)], [32767; 3]);
    assert_eq!([sat(-32768, 16), sat(-32769, 16), sat(i64::MIN, 16)], [-32768; 3]);
    assert_eq!([sat(127, 8), sat(128, 8), sat(-129, 8), sat(0, 8)], [127, 127, -128, 0]);
}

#[test]
fn decay_truncates_the_magnitude() {
    for y in [0, 1, 2, 4095, 4096, 4097, 8_388_607] {
        for d in [0, 1, 2048, 4095, 4096] {
            let expected = i64::from(y) * i64::from(4096 - d) / 4096;
            assert_eq!(i64::from(decay(y, d)), expected, "{y} {d}");
            assert_eq!(decay(-y, d), -decay(y, d), "{y} {d}");
        }
        assert_eq!((decay(y, 0), decay(y, 4096)), (y, 0));
    }
    assert_eq!(decay(-8_388_608, 0), -8_388_608);
    assert_eq!(decay(1, 1), 0, "every state reaches exactly 0");
    assert_eq!((decay(-4096, 1), decay(-4097, 1)), (-4095, -4095));
}

#[test]
fn the_worked_example_of_the_chip_recording() {
    let u: Vec<i32> = std::iter::successors(Some(128), |&u| Some(decay(u, 1024))).take(16).collect();
    assert_eq!(u, [128, 96, 72, 54, 40, 30, 22, 16, 12, 9, 6, 4, 3, 2, 1, 0]);
}

#[test]
fn scales_of_bias_threshold_and_bounds() {
    assert_eq!((shifted(4095, 7), shifted(-4096, 7), shifted(-1, 0)), (524_160, -524_288, -1));
    assert_eq!((threshold(0), threshold(131_071)), (0, 8_388_544));
    assert_eq!((v_min(0), v_min(1), v_min(23)), (0, -1, -8_388_607));
    assert_eq!((v_max(0), v_max(1), v_max(7)), (511, 2047, 8_388_607));
    assert_eq!((held_register(5, 0), held_register(5, 4), held_register(63, 62)), (640, 644, 8126));
}

#[test]
fn noise_is_truncated_toward_zero() {
    assert_eq!((noise(127, 0, 7), noise(-127, 0, 7)), (127, -127));
    assert_eq!((noise(1, 0, 6), noise(-1, 0, 6), noise(3, 0, 6), noise(-3, 0, 6)), (0, 0, 1, -1));
    assert_eq!((noise(-127, 0, 0), noise(127, 0, 0), noise(-128 + 1, 7, 0)), (0, 0, 2));
    assert_eq!(noise(127, 7, 23), 575 << 16);
    assert_eq!(noise(-127, 0, 23), -127 << 16);
}

#[test]
fn lsb_and_range_of_every_mode_and_width() {
    let rows = [(8, 1, 0), (6, 3, 2), (5, 4, 3), (4, 5, 4), (3, 6, 5), (2, 7, 6), (1, 8, 7)];
    for (bits, mixed, single) in rows {
        assert_eq!(weight_lsb(SignMode::Mixed, bits), mixed);
        assert_eq!(weight_lsb(SignMode::Excitatory, bits), single);
        assert_eq!(weight_lsb(SignMode::Inhibitory, bits), single);
        assert_eq!(weight_range(SignMode::Mixed, mixed), (-256, 256 - (1 << mixed)));
        assert_eq!(weight_range(SignMode::Excitatory, single), (0, 256 - (1 << single)));
        assert_eq!(weight_range(SignMode::Inhibitory, single), (-256 + (1 << single), 0));
    }
    assert_eq!(weight_range(SignMode::Mixed, 8), (-256, 0), "1 bit: {{-256, 0}}");
    assert_eq!(text_weight_range(SignMode::Mixed), (-256, 255));
    assert_eq!(text_weight_range(SignMode::Excitatory), (0, 255));
    assert_eq!(text_weight_range(SignMode::Inhibitory), (-255, 0));
}

#[test]
fn mantissas_are_truncated_toward_zero() {
    assert_eq!([-3, -1, 0, 1, 3].map(|m| truncate_weight(m, 1)), [-2, 0, 0, 0, 2]);
    assert_eq!((truncate_weight(-255, 5), truncate_weight(33, 5)), (-224, 32));
}

#[test]
fn every_mantissa_that_fits_comes_back_from_its_bits() {
    let mut tried = 0;
    for mode in SignMode::ALL {
        for bits in [1, 2, 3, 4, 5, 6, 8] {
            let lsb = weight_lsb(*mode, bits);
            let (low, high) = weight_range(*mode, lsb);
            for mantissa in (low..=high).step_by(1 << lsb) {
                let field = weight_field(mantissa, *mode, bits);
                assert!(field < 1 << bits, "{mode} {bits} {mantissa}");
                assert_eq!(field_weight(field, *mode, bits), mantissa, "{mode} {bits} {mantissa}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 3 * (2 + 4 + 8 + 16 + 32 + 64 + 256));
}

#[test]
fn effective_weights_floor_and_clip() {
    assert_eq!((eff_weight(254, 0), eff_weight(-256, 0)), (16_256, -16_384));
    assert_eq!((eff_weight(-1, -1), eff_weight(1, -1), eff_weight(-3, -1)), (-64, 0, -128));
    assert_eq!((eff_weight(-256, 7), eff_weight(-254, 7)), (-EFF_WEIGHT_MAX, -254 << 13));
    assert_eq!((eff_weight(254, 7), eff_weight(255, 7)), (254 << 13, 255 << 13));
    assert_eq!((eff_weight(255, -8), eff_weight(-256, -8), eff_weight(-1, -8)), (0, -64, -64));
}

#[test]
fn traces_decay_with_a_draw_and_saturate() {
    assert_eq!((trace_decay(127, 0, 0), trace_decay(127, 0, 4095)), (127, 127));
    assert_eq!((trace_decay(127, 4096, 0), trace_decay(127, 4096, 4095)), (0, 0));
    assert_eq!(
        (trace_decay(1, 1, 0), trace_decay(1, 1, 1)),
        (0, 1),
        "1 keeps its value in 4095 of 4096 draws"
    );
    assert_eq!((trace_decay(0, 1, 4095), trace_decay(3, 2048, 2047), trace_decay(3, 2048, 2048)), (0, 1, 2));
    assert_eq!(
        (trace_impulse(0, 16, 0, 0), trace_impulse(0, 16, 1, 0), trace_impulse(0, 16, 1, 1)),
        (16, 17, 16)
    );
    assert_eq!((trace_impulse(127, 127, 127, 0), trace_impulse(126, 0, 1, 0)), (127, 127));
}

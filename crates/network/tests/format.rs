//! The canonical form: what it does to comments, aliases, long lines.

use seamount_network::fmt;

fn settled(text: &str) -> String {
    let once = fmt(text).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(fmt(&once).as_deref(), Ok(once.as_str()), "settles at once");
    once
}

#[test]
fn comments_stay_where_they_belong() {
    let text = "// head

network   x   // name
neuron lif { // inside
  vth_mant=5 , // five
  // alone
  refractory   = 2
  // last
}


// between
population  a[ 4,3 ] : lif{ bias_mant = [1,2,
   3] }
project a->a:all{weight = -3} // end
// tail
";
    insta::assert_snapshot!(settled(text));
}

#[test]
fn long_blocks_and_lists_are_broken() {
    let numbers: Vec<String> = (100..160).map(|n| n.to_string()).collect();
    let pairs: Vec<String> = (0..30).map(|n| format!("{n}->{}:  {}", n + 1, n - 7)).collect();
    let text = format!(
        "population a[60] {{ bias_mant = [{}], vth_mant = 7, refractory = 3 }}\nproject a -> a : {{ {} }} {{ delay = 3 }}\n",
        numbers.join(","),
        pairs.join("\n")
    );
    insta::assert_snapshot!(settled(&text));
}

#[test]
fn names_of_other_tools_become_canonical() {
    let text = "neuron nx { vThMant = 80, compartmentCurrentDecay = 1024, compartmentVoltageDecay = 128, biasMant = 3, biasExp = 6, refractoryDelay = 2 }
neuron lava { vth = 80, du = 1023, dv = 128 }
neuron sum { du = n - 1 }
rule r { tEpoch = 2, dw = 2^-2*x1*y0 }
population a : nx
project a -> a : all { weight = 4, weightExponent = 2, numWeightBits = 6, signMode = MIXED, learningRule = r }
";
    insta::assert_snapshot!(settled(text));
}

#[test]
fn several_variables_of_a_record() {
    let text = settled("record a . { u,v } , b->c.{weight,x1} every 5\nrecord d[0].soma.{v}");
    assert_eq!(text, "record a.{u, v}, b->c.{weight, x1} every 5\nrecord d[0].soma.{v}\n");
}

#[test]
fn signs_and_operators() {
    let text = "const a=-3\nconst b = 2 - -a*( n+1 )^2/4 % 7\nrecord a -> b.weight every  - 1\nproject a[ 0 .. 3 ],b.c -> \"x y\"[..] : { 0->1 : -5 delay  4 }\nrun 20ms\n";
    assert_eq!(
        settled(text),
        "const a = -3\nconst b = 2 - -a*(n + 1)^2/4%7\nrecord a->b.weight every -1\nproject a[0..3], b.c -> \"x y\"[..] : { 0 -> 1: -5 delay 4 }\nrun 20 ms\n"
    );
}

#[test]
fn macros_keep_their_lines() {
    let text = "macro ring( of,n , weight=9 ) { const far = n-1
  // one
  project of[0..far]->of[1..n] : one_to_one{weight=weight} // two

  project of[far] -> of[0] : all }
x  =ring( p,  n=4 )
";
    insta::assert_snapshot!(settled(text));
}

#[test]
fn empty_lines_between_statements_stay_one_at_most() {
    let text = "neuron lif {

  vth_mant = 5


  refractory = 2
  // why

  bias = 3

}
population a { vth_mant = 5

  refractory = 2 }
project a -> a : {
  0 -> 0: 1

  1 -> 1: 2 }
";
    assert_eq!(
        settled(text),
        "neuron lif {
  vth_mant = 5

  refractory = 2
  // why

  bias = 3
}
population a {
  vth_mant = 5

  refractory = 2
}
project a -> a : {
  0 -> 0: 1

  1 -> 1: 2
}
"
    );
}

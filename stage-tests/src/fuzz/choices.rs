//! The stream of choices that makes a program: drawn at random, recorded, and played again for shrinking.
//!
//! A generator asks for numbers below a bound, and 0 is always the simplest answer. The same stream gives the same program, and a
//! shorter or smaller stream a simpler one.

/// Where choices come from.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Answers to give first.
    replay: Vec<u32>,
    /// The state of the random numbers; none: what is not replayed is 0.
    random: Option<u64>,
    made: Vec<u32>,
    /// Which of `made` belong to one part of the program: where it starts and ends.
    spans: Vec<(usize, usize)>,
}

impl Choices {
    /// Random choices, the same ones for the same seed.
    pub fn random(seed: u64) -> Choices {
        Choices { replay: Vec::new(), random: Some(seed), made: Vec::new(), spans: Vec::new() }
    }

    /// The choices of `stream`, and then the simplest ones.
    pub fn replay(stream: &[u32]) -> Choices {
        Choices { replay: stream.to_vec(), random: None, made: Vec::new(), spans: Vec::new() }
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u32;
        let choice = match (self.replay.get(self.made.len()), &mut self.random) {
            (Some(choice), _) => (*choice).min(bound - 1),
            (None, Some(state)) => (split_mix(state) % u64::from(bound)) as u32,
            (None, None) => 0,
        };
        self.made.push(choice);
        choice as usize
    }

    /// True `times` of `of` times; false is the simpler answer.
    pub fn chance(&mut self, times: usize, of: usize) -> bool {
        self.below(of) >= of - times
    }

    /// An element of a list that is not empty; the first is the simplest.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of `options` by weight; the first is the simplest.
    pub fn weighted<T: Copy>(&mut self, options: &[(usize, T)]) -> T {
        let total = options.iter().map(|(weight, _)| weight).sum();
        let mut rest = self.below(total);
        for (weight, option) in options {
            if rest < *weight {
                return *option;
            }
            rest -= weight;
        }
        options[0].1
    }

    /// What was chosen so far.
    pub fn made(&self) -> &[u32] {
        &self.made
    }

    /// Where the next choice stands.
    pub fn position(&self) -> usize {
        self.made.len()
    }

    /// The choices since `start` belong to one part of the program.
    pub fn span(&mut self, start: usize) {
        self.spans.push((start, self.made.len()));
    }

    /// The parts of the program, inner ones before outer ones.
    pub fn spans(&self) -> &[(usize, usize)] {
        &self.spans
    }
}

/// The next of a sequence of random numbers (SplitMix64, Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The seed of part `index` of what `seed` makes.
pub fn seed_of(seed: u64, index: u64) -> u64 {
    let mut state = seed ^ index.wrapping_mul(0xd134_2543_de82_ef95);
    split_mix(&mut state)
}

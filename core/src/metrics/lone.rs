use prometheus::core::{AtomicF64, AtomicI64, Collector, GenericGaugeVec};

/// A gauge without labels that says nothing until it is set: a role without a database must not tell of it that it is down, or that nothing
/// waits in it.
#[derive(Debug, Clone)]
pub struct LoneGauge(GenericGaugeVec<AtomicI64>);

impl LoneGauge {
    pub(super) fn new(values: GenericGaugeVec<AtomicI64>) -> LoneGauge {
        LoneGauge(values)
    }

    /// Says so from now on.
    pub fn set(&self, value: i64) {
        self.0.with_label_values::<&str>(&[]).set(value);
    }

    /// What it says; `None` before anything was said.
    pub fn get(&self) -> Option<i64> {
        let families = self.0.collect();
        let said = families.first()?.get_metric().first()?.get_gauge().get_value();
        // Counts, ages and instants: far below what a double holds exactly.
        Some(said as i64)
    }
}

/// The same with a fraction.
#[derive(Debug, Clone)]
pub struct FineGauge(GenericGaugeVec<AtomicF64>);

impl FineGauge {
    pub(super) fn new(values: GenericGaugeVec<AtomicF64>) -> FineGauge {
        FineGauge(values)
    }

    /// Says so from now on.
    pub fn set(&self, value: f64) {
        self.0.with_label_values::<&str>(&[]).set(value);
    }
}

//! Reads a file whole, collects what is wrong, and fixes the chunks of what is right.

use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::sync::Arc;

use renkei_core::archive::Archive;
use renkei_core::chunk::TooLarge;
use renkei_core::evidence::{Document, EvidenceRule};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Attachment, Event, ReadLimits, ReadSummary, read_file, read_messages};
use renkei_core::layout::urgent::Urgent;
use renkei_core::registry::Topic;
use renkei_core::registry::topics::Limits;

use super::detect::{self, Head};
use super::spool::SpoolWriter;
use super::{OnProgress, Progress, blocking, controls, open};
use crate::delivery::{Delivery, Form, Plan};
use crate::error::IntakeError;
use crate::evidence::{Judge, attached};
use crate::room::Room;
use crate::station::Claim;

/// Bytes between two calls of the progress function.
const PROGRESS_BYTES: u64 = 4 << 20;

/// Everything reading found.
struct Reading {
    variant: String,
    summary: ReadSummary,
    counted: u64,
    faults: Vec<Fault>,
    /// Errors beyond the reader's own: records that fit no chunk, documents that are not there.
    more: u64,
    /// Warnings beyond the reader's own.
    more_warnings: u64,
    /// The documents, each marked when a record names it.
    evidence: Vec<Document>,
    /// Documents inside the file.
    attachments: Vec<Attachment>,
    /// Urgent records that were written out.
    urgent: u64,
    plan: Plan,
}

/// Validates the original of a claim and writes its chunks; fills in the record. Gives faults to be put before the others, and the
/// SHA-256 of what was read, if anything was.
pub(super) async fn validate(
    topic: &Arc<Topic>,
    archive: &Archive,
    limits: &Limits,
    room: &Room,
    claim: &mut Claim,
    progress: Option<&OnProgress>,
) -> Result<(Vec<Fault>, Option<String>), IntakeError> {
    let Ok(integration) = topic.built().cloned() else {
        return Ok((vec![Fault::new("LAYOUT_UNKNOWN").arg("layout", "-")], None));
    };
    let (original, spool, urgent) = (claim.original(), claim.spool(), claim.urgent());
    let delivery = &mut claim.delivery;
    (delivery.layout, delivery.layout_digest) = (String::new(), integration.digest.clone());
    if let Some(asked) = delivery.variant.as_deref()
        && integration.layout(asked).is_none()
    {
        let known: Vec<&str> = integration.layouts.iter().map(|(name, _)| name.as_str()).collect();
        return Ok((vec![Fault::new("LAYOUT_UNKNOWN").arg("layout", asked).arg("known", known.join(", "))], None));
    }
    let job = Job {
        layouts: integration.layouts.clone(),
        delivery: delivery.clone(),
        original,
        spool,
        urgent,
        rule: topic.evidence.clone(),
        limits: limits.clone(),
        progress: progress.cloned(),
    };
    // Records are validated in memory: the body, and as much again for what is made of it. Files are streamed.
    let _part = match delivery.form {
        Form::Records => room.take(delivery.bytes.saturating_mul(3)).await,
        Form::File => None,
    };
    let reading = blocking("validation", delivery.delivery, move || job.run()).await?;
    if reading.faults.iter().all(|fault| fault.severity == Severity::Warning) {
        attached::keep(archive, claim, &reading.attachments).await?;
    }
    let delivery = &mut claim.delivery;
    let differing = match &delivery.controls {
        Some(stated) => controls::compare(stated, topic.number, reading.counted, &reading.summary),
        None => Vec::new(),
    };
    delivery.layout = reading.variant;
    delivery.records = reading.summary.records;
    delivery.yen = reading.summary.yen;
    delivery.faults_total = reading.summary.faults + reading.more;
    delivery.warnings_total = reading.summary.warnings + reading.more_warnings;
    delivery.evidence = reading.evidence;
    delivery.faults = reading.faults;
    delivery.urgent = Some(reading.urgent).filter(|records| *records > 0);
    delivery.plan = Some(reading.plan);
    Ok((differing, Some(reading.summary.sha256)))
}

/// The blocking part.
struct Job {
    layouts: Vec<(String, Arc<Layout>)>,
    delivery: Delivery,
    original: std::path::PathBuf,
    spool: std::path::PathBuf,
    urgent: std::path::PathBuf,
    rule: Option<EvidenceRule>,
    limits: Limits,
    progress: Option<OnProgress>,
}

impl Job {
    fn run(self) -> Result<Reading, IntakeError> {
        let (variant, layout) = self.shape()?;
        let mut writer = SpoolWriter::create(&self.spool, self.limits.chunk_records_max, self.limits.chunk_bytes_max)
            .map_err(IntakeError::io("making", &self.spool))?;
        let mut evidence = self.delivery.evidence.clone();
        let mut judge = self.rule.as_ref().map(|rule| Judge::new(rule, &layout, &evidence, &self.delivery.place));
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        // Faults beyond the reader's own; those beyond the limit are counted only.
        let (mut more, mut more_warnings, faults_max) = (0_u64, 0_u64, self.limits.faults_max as u64);
        let mut urgent = self.urgent(&layout)?;
        let bytes_max = self.limits.chunk_bytes_max;
        let on = |event: Event<'_>| {
            if let Some(fault) = urgent.as_mut().and_then(|urgent| urgent.look(&event)) {
                more += 1;
                faults.extend((more <= faults_max).then_some(fault));
            }
            match event {
                Event::Record(record) => {
                    match judge.as_mut().and_then(|judge| judge.look(record)) {
                        None => {}
                        Some(fault) if fault.severity == Severity::Warning => {
                            more_warnings += 1;
                            warnings.extend((more_warnings <= faults_max).then_some(fault));
                        }
                        Some(fault) => {
                            more += 1;
                            faults.extend((more <= faults_max).then_some(fault));
                        }
                    }
                    // Once the file is refused nobody will read the spool.
                    if !faults.is_empty() {
                        return;
                    }
                    if let Err(TooLarge { bytes }) = writer.push(record) {
                        more += 1;
                        let fault = Fault::new("RECORD_TOO_LARGE").on_line(record.line).at_bytes(record.offset, record.length);
                        faults.push(fault.arg("bytes", bytes).arg("max", bytes_max));
                    }
                }
                Event::Fault(fault) if fault.severity == Severity::Warning => warnings.push(fault),
                Event::Fault(fault) => faults.push(fault),
            }
        };
        // The day of the claim, not today: read again after a crash, a short date must mean the same.
        let limits = ReadLimits {
            faults_max: self.limits.faults_max,
            file_bytes_max: self.limits.file_bytes_max,
            reference: self.delivery.received_on().parse().ok(),
        };
        let summary = self.read(&layout, &limits, on)?;
        if let Some(judge) = judge {
            let unnamed = judge.mark(&mut evidence);
            more_warnings += unnamed.len() as u64;
            warnings.extend(unnamed);
        }
        let attachments = if faults.is_empty() { summary.attachments.clone() } else { Vec::new() };
        for found in attached::documents(&attachments, &evidence) {
            match found {
                Ok(document) => evidence.push(document),
                Err(fault) => {
                    more += 1;
                    faults.push(fault);
                }
            }
        }
        let urgent = match urgent {
            Some(urgent) => self.written(urgent)?,
            None => 0,
        };
        let plan = writer.finish(&evidence).map_err(IntakeError::io("writing", &self.spool))?;
        faults.extend(warnings);
        let counted = controls::counted(&layout, &summary);
        Ok(Reading { variant, counted, summary, faults, more, more_warnings, evidence, attachments, urgent, plan })
    }

    /// Where urgent records go, if the layout has any.
    fn urgent<'l>(&self, layout: &'l Layout) -> Result<Option<Urgent<'l, BufWriter<File>>>, IntakeError> {
        if layout.urgent().is_none() {
            return Ok(None);
        }
        let out = BufWriter::new(File::create(&self.urgent).map_err(IntakeError::io("making", &self.urgent))?);
        match self.delivery.form {
            Form::File => Urgent::of_file(layout, open(&self.original)?, self.limits.faults_max, out)
                .map_err(IntakeError::io("reading", &self.original)),
            Form::Records => Ok(Urgent::of_message(layout, self.limits.faults_max, out)),
        }
    }

    /// The urgent records are on disk: unlike the spool they are not made again by whoever goes on.
    fn written(&self, urgent: Urgent<'_, BufWriter<File>>) -> Result<u64, IntakeError> {
        let written = urgent.finish().and_then(|summary| File::open(&self.urgent)?.sync_all().map(|()| summary.records));
        written.map_err(IntakeError::io("writing", &self.urgent))
    }

    fn read(&self, layout: &Layout, limits: &ReadLimits, on: impl FnMut(Event<'_>)) -> Result<ReadSummary, IntakeError> {
        match self.delivery.form {
            Form::File => {
                let counting = Counting {
                    inner: open(&self.original)?,
                    done: 0,
                    told: 0,
                    of: self.delivery.bytes,
                    progress: self.progress.clone(),
                };
                read_file(layout, counting, limits, on).map_err(|source| IntakeError::Read {
                    delivery: self.delivery.delivery,
                    file: self.delivery.file.clone(),
                    source,
                })
            }
            Form::Records => {
                let body = std::fs::read(&self.original).map_err(IntakeError::io("reading", &self.original))?;
                Ok(read_messages(layout, &body, limits, on))
            }
        }
    }

    /// The variant to read with: the one asked for, the only one, or the one the file looks like.
    fn shape(&self) -> Result<(String, Arc<Layout>), IntakeError> {
        let asked = self.delivery.variant.as_deref().filter(|asked| !asked.is_empty());
        let index = match (asked, self.delivery.form) {
            (Some(asked), _) => self.layouts.iter().position(|(name, _)| name == asked).unwrap_or(0),
            (None, Form::Records) => 0,
            (None, Form::File) => {
                let head =
                    Head::read(open(&self.original)?, self.delivery.bytes).map_err(IntakeError::io("reading", &self.original))?;
                detect::choose(&self.layouts, &head)
            }
        };
        Ok(self.layouts[index].clone())
    }
}

/// Tells how far reading is.
struct Counting {
    inner: File,
    done: u64,
    told: u64,
    of: u64,
    progress: Option<OnProgress>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done += read as u64;
        if let Some(progress) = &self.progress
            && (self.done - self.told >= PROGRESS_BYTES || read == 0)
        {
            self.told = self.done;
            progress(Progress::Validating { done: self.done, of: self.of });
        }
        Ok(read)
    }
}

//! Programs that the checks need beside cargo, pinned in `xtask/tools.toml`.

mod cargo_tool;
mod old_compiler;
mod pins;
mod wheel;

pub(crate) use self::cargo_tool::CargoTool;
pub(crate) use self::old_compiler::OldCompiler;
pub(crate) use self::wheel::Wheel;

/// The list of dependencies inside the binary.
pub(crate) const CARGO_AUDITABLE: CargoTool = CargoTool::new("cargo-auditable");

/// The bill of materials.
pub(crate) const CARGO_CYCLONEDX: CargoTool = CargoTool::new("cargo-cyclonedx");

/// Licences, bans, sources and advisories.
pub(crate) const CARGO_DENY: CargoTool = CargoTool::new("cargo-deny");

/// Builds the fuzz targets.
pub(crate) const CARGO_FUZZ: CargoTool = CargoTool::new("cargo-fuzz");

/// Each feature alone.
pub(crate) const CARGO_HACK: CargoTool = CargoTool::new("cargo-hack");

/// Which lines tests reach.
pub(crate) const CARGO_LLVM_COV: CargoTool = CargoTool::new("cargo-llvm-cov");

/// Dependencies that nobody uses.
pub(crate) const CARGO_MACHETE: CargoTool = CargoTool::new("cargo-machete");

/// Breaks the code, one thing at a time.
pub(crate) const CARGO_MUTANTS: CargoTool = CargoTool::new("cargo-mutants");

/// What a release breaks.
pub(crate) const CARGO_SEMVER_CHECKS: CargoTool = CargoTool::new("cargo-semver-checks");

/// Spelling.
pub(crate) const TYPOS: Wheel = Wheel::new("typos");

/// The form of TOML.
pub(crate) const TAPLO: Wheel = Wheel::new("taplo");

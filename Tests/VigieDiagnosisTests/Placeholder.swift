import Testing
@testable import VigieDiagnosis

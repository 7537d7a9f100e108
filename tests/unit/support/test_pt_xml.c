// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"
#include "mem.h"
#include "pt_xml.h"

static void test_pt_xml__elements_attributes_and_content(void **state)
{
    (void)state;
    pt_host host;
    host_table_init(&host, NULL);
    struct pt_xml x = {.host = &host};
    pt_xml_open(&x, "A");
    pt_xml_attribute(&x, "name", "a < b & \"c\" > 'd'\t\n\r");
    pt_xml_attribute_f64(&x, "f", 0.1);
    pt_xml_attribute_u64(&x, "u", UINT64_MAX);
    pt_xml_open(&x, "Empty");
    pt_xml_close(&x, "Empty");
    pt_xml_open(&x, "Text");
    pt_xml_content(&x, "1 < 2 \xC3\xBC \xE2\x98\x83");
    pt_xml_close(&x, "Text");
    pt_xml_open(&x, "Number");
    pt_xml_content_f64(&x, -1e300);
    pt_xml_close(&x, "Number");
    pt_xml_raw(&x, "<Raw/>", 6);
    pt_xml_close(&x, "A");
    assert_int_equal(pt_xml_status(&x, NULL), PT_OK);
    static const char wanted[] =
        "<A name=\"a &lt; b &amp; &quot;c&quot; &gt; 'd'&#9;&#10;&#13;\" f=\"0.1\" "
        "u=\"18446744073709551615\">\n<Empty/>\n<Text>1 &lt; 2 \xC3\xBC \xE2\x98\x83</Text>\n"
        "<Number>-1e+300</Number><Raw/></A>";
    assert_int_equal(x.n, sizeof wanted - 1);
    assert_memory_equal(x.text, wanted, sizeof wanted - 1);
    pt_xml_release(&x);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_pt_xml__what_xml_cannot_hold_is_refused(void **state)
{
    (void)state;
    static const char *const unfit[] = {"\x01",         "a\x1f",         "\xff",
                                        "\xEF\xBF\xBE", "x\xEF\xBF\xBF", "\xED\xA0\x80"};
    pt_host host;
    host_table_init(&host, NULL);
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++) {
        struct pt_xml x = {.host = &host};
        pt_xml_open(&x, "A");
        pt_xml_attribute(&x, "name", unfit[i]);
        pt_xml_close(&x, "A");
        assert_int_equal(pt_xml_status(&x, NULL), PT_E_UNSUPPORTED);
        pt_xml_release(&x);
    }
    struct pt_xml fine = {.host = &host};
    pt_xml_content(&fine, "\xEF\xBF\xBD \x7f");
    assert_int_equal(pt_xml_status(&fine, NULL), PT_OK);
    pt_xml_release(&fine);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_pt_xml__memory_that_runs_out_is_told(void **state)
{
    (void)state;
    pt_host host;
    host_table_init(&host, NULL);
    for (uint64_t at = 1; at <= 3; at++) {
        struct pt_xml x = {.host = &host};
        mem_fault_arm(at, false);
        for (int i = 0; i < 400; i++) {
            pt_xml_open(&x, "A");
            pt_xml_attribute(&x, "b", "c");
            pt_xml_close(&x, "A");
        }
        mem_fault_arm(0, false);
        assert_int_equal(pt_xml_status(&x, NULL), PT_E_NO_MEMORY);
        pt_xml_release(&x);
        assert_int_equal(mem_live_blocks(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_xml__elements_attributes_and_content),
        cmocka_unit_test(test_pt_xml__what_xml_cannot_hold_is_refused),
        cmocka_unit_test(test_pt_xml__memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

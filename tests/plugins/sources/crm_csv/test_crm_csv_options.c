// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Wrong options and files that cannot be read: which option, and what the message says.
#include "csv_case.h"

struct wrong {
    const char *text;
    const char *options[6];
    pt_status status;
    const char *option;
    const char *message; // a part of it
};

static void check_failure(struct harness *h, const struct wrong *w)
{
    const struct harness_options options = {.threads = 1};
    struct harness_table t;
    assert_int_equal(harness_read(h, &options, &t), w->status);
    if (strstr(harness_message(h), w->message) == NULL) {
        fail_msg("`%s` does not say `%s`", harness_message(h), w->message);
    }
    assert_string_equal(harness_option_at_fault(h), w->option);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void test_crm_csv_options__wrong_values(void **state)
{
    (void)state;
    static const struct wrong all[] = {
        {"a,b\n", {"delimiter=;;"}, PT_E_CONFIG, "delimiter", "`;;` is not one ASCII character"},
        {"a,b\n", {"delimiter="}, PT_E_CONFIG, "delimiter", "not one ASCII character"},
        {"a,b\n", {"delimiter=\xC2\xA7"}, PT_E_CONFIG, "delimiter", "not one ASCII character"},
        {"a,b\n", {"delimiter=x"}, PT_E_CONFIG, "delimiter", "no letter or digit"},
        {"a,b\n", {"delimiter=none"}, PT_E_CONFIG, "delimiter", "nor auto"},
        {"a,b\n", {"delimiter= "}, PT_E_CONFIG, "delimiter", "a blank needs trim: false"},
        {"a,b\n", {"quote=''"}, PT_E_CONFIG, "quote", "not one ASCII character"},
        {"a,b\n", {"quote=auto"}, PT_E_CONFIG, "quote", "nor none"},
        {"a,b\n",
         {"quote=,", "delimiter=,"},
         PT_E_CONFIG,
         "quote",
         "same character as `delimiter`"},
        {"a,b\n", {"escape=ab"}, PT_E_CONFIG, "escape", "not one ASCII character"},
        {"a,b\n", {"escape=;", "delimiter=;"}, PT_E_CONFIG, "escape", "same character"},
        {"a,b\n", {"comment=//"}, PT_E_CONFIG, "comment", "not one ASCII character"},
        {"a,b\n", {"comment=\""}, PT_E_CONFIG, "comment", "same character as `quote`"},
        {"a,b\n", {"columns:a=int"}, PT_E_CONFIG, "columns", "a type is string, i64"},
        {"a,b\n", {"columns:a=date %Q"}, PT_E_CONFIG, "columns", "column `a`"},
        {"a,b\n", {"columns:a=time %H:%M"}, PT_E_CONFIG, "columns", "gives no date"},
        {"a,b\n", {"columns:a=i64 %d"}, PT_E_CONFIG, "columns", "only date and time"},
        {"email,b\n",
         {"columns:emial=string"},
         PT_E_CONFIG,
         "columns",
         "no column `emial`; did you mean `email`?"},
        {"a,b\n", {"columns:something=string"}, PT_E_CONFIG, "columns", "no column `something`"},
        {"a,b\n", {"names+x"}, PT_E_CONFIG, "names", "1 names for 2 columns"},
        {"a,b\n", {"names+x", "names+y", "names+z"}, PT_E_CONFIG, "names", "3 names for 2 columns"},
        {"a,b\n", {"names+x", "names+x"}, PT_E_CONFIG, "names", "`x` stands there twice"},
        {"a,b\n", {"names+x", "names+"}, PT_E_CONFIG, "names", "name 2 is empty"},
        {"a,b\n", {"thousands=,", "decimal=,"}, PT_E_CONFIG, "thousands", "same character"},
        {"a,b\n", {"thousands=."}, PT_E_CONFIG, "thousands", "same character as `decimal`"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct harness *h = csv_harness(all[i].text);
        for (size_t k = 0; k < 6 && all[i].options[k] != NULL; k++) {
            csv_set(h, all[i].options[k]);
        }
        check_failure(h, &all[i]);
    }
}

static void test_crm_csv_options__files_that_cannot_be_read(void **state)
{
    (void)state;
    static const struct wrong all[] = {
        {"", {0}, PT_E_DATA, "path", "no record can be read: there is none, not even a header"},
        {"\n\n", {0}, PT_E_DATA, "path", "there is none"},
        {"a,\"b\n1,2\n", {0}, PT_E_DATA, "path", "a.csv: the first record, a header maybe"},
        {"a,\xff\n", {0}, PT_E_DATA, "path", "the header cannot be read: not UTF-8"},
        {"\xff\xfe,", {0}, PT_E_DATA, "path", "the header cannot be read: not UTF-16"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        check_failure(csv_harness(all[i].text), &all[i]);
    }
}

static void test_crm_csv_options__files_of_a_glob_differ(void **state)
{
    (void)state;

    static const struct {
        const char *first;
        const char *second;
        struct wrong w;
    } all[] = {
        {"a,b\n1,2\n",
         "a,c\n1,2\n",
         {NULL, {0}, PT_E_DATA, "path", "b.csv: column 2 is `c`, but `b` in the first file"}},
        {"a,b\n1,2\n",
         "a\n1\n",
         {NULL,
          {0},
          PT_E_DATA,
          "path",
          "b.csv has 1 columns, the first file 2: column `b` is missing"}},
        {"a,b\n1,2\n",
         "a,b,c\n1,2,3\n",
         {NULL,
          {0},
          PT_E_DATA,
          "path",
          "b.csv has 3 columns, the first file 2: column `c` is too many"}},
        {"a,b\n\xe4\xbd\xa0,2\n",
         "a,b\n\xc4\xe3\xba\xc3,2\n",
         {NULL, {0}, PT_E_DATA, "encoding", "b.csv is GB18030, but a.csv is UTF-8"}},
        {"a,b\n1,2\n",
         "\xff\xfe"
         "a,b",
         {NULL, {0}, PT_E_DATA, "encoding", "b.csv is UTF-16LE, but a.csv is UTF-8"}},
        {"a,b\n1,2\n", "\"a,b\n1,2\n", {NULL, {0}, PT_E_DATA, "path", "b.csv: the first record"}},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct harness *h = csv_harness(all[i].first);
        harness_bytes(h, "path", "b.csv", all[i].second, strlen(all[i].second));
        check_failure(h, &all[i].w);
    }
}

static void test_crm_csv_options__files_of_a_glob_agree(void **state)
{
    (void)state;
    struct harness_table t;
    struct harness *h = csv_harness("a,b\n1,2\n");
    harness_bytes(h, "path", "b.csv", "", 0);
    harness_bytes(h, "path", "c.csv", "\xEF\xBB\xBF\"a\",b,\r\n3,x\r\n", 16);
    csv_read(h, &t);
    assert_string_equal(t.schema, "a l, b u");
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(t.rows[1], "3\tx");
    assert_int_equal(t.n_splits, 3);
    csv_done(h, &t);
}

static void test_crm_csv_options__gb18030(void **state)
{
    (void)state;
    // name,city: ni hao (2 bytes each), a character whose second byte is '|' (0x81 0x7C), a
    // four-byte one (0x81 0x30 0x81 0x30 = U+0080), and a broken one
    static const char text[] = "\xc3\xfb|\xb3\xc7\n\xc4\xe3\xba\xc3|\x81\x7c\n"
                               "\"\x81\x30\x81\x30\"\"\"|\x81\x5c\n\x80|x\n\x81|y\nz|\x81\n";
    struct harness_table t;
    struct harness *h = csv_harness(text);
    harness_set(h, "encoding", "gb18030");
    harness_set(h, "delimiter", "|");
    csv_read(h, &t);
    assert_string_equal(t.schema, "\xe5\x90\x8d u, \xe5\x9f\x8e u");
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(t.rows[0], "\xe4\xbd\xa0\xe5\xa5\xbd\t\xe4\xba\x85");
    assert_string_equal(t.rows[1], "\xc2\x80\"\t\xe4\xb9\x97");
    assert_int_equal(t.n_rejects, 3);
    assert_string_equal(t.rejects[0].reason, "not GB18030");
    csv_done(h, &t);
}

// Latin-1 is not taken for GB18030: its rows are rejects.
static void test_crm_csv_options__latin1_is_no_gb18030(void **state)
{
    (void)state;
    static const struct csv_case c = {"name,n\nJos\xe9,1\nM\xfcller,2\nAna,3\nGar\xe7on,4\n",
                                      {0},
                                      "name u, n l",
                                      "Ana,3",
                                      "2::not UTF-8|3::not UTF-8|5::not UTF-8"};
    csv_check(&c);
}

static void test_crm_csv_options__gb18030_is_found(void **state)
{
    (void)state;
    struct harness_table t;
    struct harness *h = csv_harness("id,city\n1,\xb1\xb1\xbe\xa9\n2,\xc9\xcf\xba\xa3\n");
    csv_read(h, &t);
    assert_non_null(strstr(t.notes, "GB18030, delimiter `,`"));
    assert_string_equal(t.rows[1], "2\t\xe4\xb8\x8a\xe6\xb5\xb7");
    csv_done(h, &t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_options__wrong_values),
        cmocka_unit_test(test_crm_csv_options__files_that_cannot_be_read),
        cmocka_unit_test(test_crm_csv_options__files_of_a_glob_differ),
        cmocka_unit_test(test_crm_csv_options__files_of_a_glob_agree),
        cmocka_unit_test(test_crm_csv_options__gb18030),
        cmocka_unit_test(test_crm_csv_options__latin1_is_no_gb18030),
        cmocka_unit_test(test_crm_csv_options__gb18030_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

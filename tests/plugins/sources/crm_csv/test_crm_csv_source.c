// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The built plugin through its vtable: how files are written, and what becomes of bad records.
#include "csv_case.h"

static void test_crm_csv_source__shapes_of_files(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"a,b\n1,x\n", {0}, "a l, b u", "1,x", ""},
        {"a,b\n1,x", {0}, "a l, b u", "1,x", ""},
        {"a,b\r\n1,x\r\n2,y\r\n", {0}, "a l, b u", "1,x|2,y", ""},
        {"a,b\r1,x\r2,y", {0}, "a l, b u", "1,x|2,y", ""},
        {"a,b\r1,\"x\ry\"\r", {0}, "a l, b u", "1,x\\ry", ""},
        {"\xEF\xBB\xBF\"a\",b\n1,x\n", {0}, "a l, b u", "1,x", ""},
        {"a;b\n1,5;x\n2,5;y\n", {"decimal=,"}, "a g, b u", "1.5,x|2.5,y", ""},
        {"a\tb\n1\tx y\n", {0}, "a l, b u", "1,x y", ""},
        {"a|b\n1|x,y\n", {0}, "a l, b u", "1,x,y", ""},
        {"a:b\n1:x\n", {"delimiter=:"}, "a l, b u", "1,x", ""},
        {"a,b\n\n1,x\n  \n\r\n2,y\n\n", {0}, "a l, b u", "1,x|2,y", ""},
        {"a\n1\n\n2\n", {0}, "a l", "1|2", ""},
        {"a,b\n", {0}, "a u, b u", "", ""},
        {"a,b,,\n1,x,,\n2,y\n", {0}, "a l, b u", "1,x|2,y", ""},
        {"a,b,\n1,x,z\n", {0}, "a l, b u, column3 u", "1,x,z", ""},
        {"a,a,,a_2\n1,2,3,4\n", {0}, "a l, a_3 l, column3 l, a_2 l", "1,2,3,4", ""},
        {"column2,\n1,2\n", {0}, "column2 l, column2_2 l", "1,2", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__quotes(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"a,b\n\"x,y\",\"p\nq\"\n", {0}, NULL, "x,y,p\\nq", ""},
        {"a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", {0}, NULL, "say \"hi\",\"", ""},
        {"a,b\n\"say \\\"hi\\\"\",2\n", {0}, NULL, "say \"hi\",2", ""},
        {"a,b\n\"C:\\dir\\\",2\n", {0}, NULL, "C:\\\\dir\\\\,2", ""},
        {"a,b\n\"C:\\\\dir\\\\\",2\n", {"escape=\\"}, NULL, "C:\\\\dir\\\\,2", ""},
        {"a,b\n\"x\\\ny\",2\n3\n", {"escape=\\"}, NULL, "x\\ny,2", "4::1 field, expected 2"},
        {"a,b\n 'x,y' ,'it''s'\n", {"quote='"}, NULL, "x,y,it's", ""},
        {"a,b\n\"x\",y\"z\n", {"quote=none"}, NULL, "\"x\",y\"z", ""},
        {"a,b\n5\" disk,y\n", {0}, NULL, "5\" disk,y", ""},
        {"a,b\n \t\"x\"\t ,\"y\"  \n", {0}, NULL, "x,y", ""},
        {"a,b\n1, \"y\"\n", {"trim=false"}, NULL, "1, \"y\"", ""},
        {"a,b\n\"1\",\"true\"\n", {0}, "a l, b b", "1,true", ""},
        {"a,b\n\"x\" ,y\nz,w\n", {"trim=false"}, NULL, "z,w", "2::text behind a closing quote"},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__bad_records_cost_a_line(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"a,b\n1,\"open\n2,y\n3,z\n", {0}, NULL, "2,y|3,z", "2::a quote is not closed"},
        {"a,b\n1,\"open\n2,\"y\"\n3,z\n", {0}, NULL, "2,y|3,z", "2::text behind a closing quote"},
        {"a,b\n\"x\"y,1\n2,y\n", {0}, NULL, "2,y", "2::text behind a closing quote"},
        {"a,b\n1\n2,y\n3,z,w\n4,v,,\n",
         {0},
         NULL,
         "2,y|4,v",
         "2::1 field, expected 2|4::3 fields, expected 2"},
        {"a,b\n1\n2,y\n3,z,w\n", {"ragged=fill"}, NULL, "1,\\N|2,y|3,z", ""},
        {"a,b\n\"1\n\n\",y\n\xff,z\n3,w\n", {"infer=false"}, NULL, "1\\n\\n,y|3,w", "5::not UTF-8"},
        {"a,b\n\xed\xa0\x80,z\n3,\xe4\xbd\xa0\n", {0}, NULL, "3,\xe4\xbd\xa0", "2::not UTF-8"},
        {"a,b\n1,2\n", {0}, NULL, "1,2", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__nul_bytes(void **state)
{
    (void)state;
    static const char text[] = "a,b\n1,x\0y\n2,z\n\"\0\n\",3\n4,w\n";
    struct harness_table t;
    struct harness *h = harness_new("crm-csv");
    harness_bytes(h, "path", "a.csv", text, sizeof text - 1);
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "NUL byte");
    assert_int_equal(t.rejects[0].line, 2);
    assert_int_equal(t.rejects[0].offset, 4);
    assert_string_equal(t.rejects[0].excerpt, "1,x\\x00y");
    assert_int_equal(t.rejects[1].line, 4);
    assert_int_equal(t.records, 4);
    assert_int_equal(t.lines, 6);
    csv_done(h, &t);
}

static void test_crm_csv_source__types(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"i,f,b,d,t,z,s\n-1,1.5,true,2024-02-29,2024-01-02 03:04:05,2024-01-02T03:04:05+01:00,x\n"
         "22,-2e3,FALSE,1969-12-31,2024-01-02T03:04,2024-01-02 03:04Z,1\n",
         {0},
         "i l, f g, b b, d tdD, t tsu:, z tsu:UTC, s u",
         "-1,1.5,true,2024-02-29,2024-01-02T03:04:05Z,2024-01-02T02:04:05Z,x|"
         "22,-2000,false,1969-12-31,2024-01-02T03:04:00Z,2024-01-02T03:04:00Z,1",
         ""},
        {"code,plus,long,zip\n007,+49 1,1234567890123456789,0\n10,+1,1,10\n",
         {0},
         "code u, plus u, long u, zip l",
         "007,+49 1,1234567890123456789,0|10,+1,1,10",
         ""},
        {"d\n2024/1/5\n2024/11/05\n", {0}, "d tdD", "2024-01-05|2024-11-05", ""},
        {"t\n2024-01-02 03:04\n2024-01-02 03:04Z\n",
         {0},
         "t u",
         "2024-01-02 03:04|2024-01-02 03:04Z",
         ""},
        {"d,e\n31/12/2024,x\n1/2/2025,y\n30/2/2025,z\n",
         {"columns:d=date %d/%m/%Y"},
         "d tdD, e u",
         "2024-12-31,x|2025-02-01,y",
         "4:d:not a date"},
        {"t\n31.12.2024 23:59\nnoon\n",
         {"columns:t=time %d.%m.%Y %H:%M"},
         "t tsu:",
         "2024-12-31T23:59:00Z",
         "3:t:not a time"},
        {"t\n31.12.2024 23:59 +0200\n",
         {"columns:t=time %d.%m.%Y %H:%M %z"},
         "t tsu:UTC",
         "2024-12-31T21:59:00Z",
         ""},
        {"b\nyes\nNO\n1\n0\nTrue\nmaybe\n",
         {"columns:b=bool"},
         "b b",
         "true|false|true|false|true",
         "7:b:neither true nor false"},
        {"b\nyes\nno\n", {0}, "b u", "yes|no", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__numbers(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"n,m\n1.234.567,1.5\n-1.234,x\n12.34,2\n",
         {"columns:n=i64", "delimiter=,", "thousands=none"},
         "n l, m u",
         "",
         "2:n:not a whole number|3:n:not a whole number|4:n:not a whole number"},
        {"n;m\n1.234.567,5;1\n-1.234;2\n1234,5;3\n12.34;4\n1.2345;5\n1.234.5;6\n.123;7\n",
         {"columns:n=f64", "decimal=,", "thousands=."},
         "n g, m l",
         "1234567.5,1|-1234,2|1234.5,3",
         "5:n:not a number|6:n:not a number|7:n:not a number|8:n:not a number"},
        {"n\n\"1,234\"\n\"12,345,678\"\n1234,567\n",
         {"delimiter=;", "thousands=,"},
         "n u",
         "1,234|12,345,678|1234,567",
         ""},
        {"n\n1 234\n12 345 678\n999\n", {"thousands= "}, "n l", "1234|12345678|999", ""},
        {"n\n9223372036854775807\n-9223372036854775808\n9223372036854775808\n",
         {"columns:n=i64"},
         "n l",
         "9223372036854775807|-9223372036854775808",
         "4:n:not a whole number"},
        {"n,m\n1,x\nx,y\n", {"columns:n=i64", "on_mismatch=null"}, "n l, m u", "1,x|\\N,y", ""},
        {"n,m\n1,2\n", {"infer=false", "columns:m=i64"}, "n u, m l", "1,2", ""},
        {"n\n1\n2\nx\n",
         {"sample=2"},
         "n l",
         "1|2",
         "4:n:not a whole number, as the first records have it"},
    };
    CSV_CHECK_ALL(cases);
}

// A declared time without a pattern goes by what most cells of the sample have.
static void test_crm_csv_source__zones_of_a_time(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"t\n2024-01-02 03:04\n2024-01-02 03:04Z\n2024-01-03 03:04\n",
         {"columns:t=time"},
         "t tsu:",
         "2024-01-02T03:04:00Z|2024-01-03T03:04:00Z",
         "3:t:not a time"},
        {"t\n2024-01-02 03:04-05:00\n2024-01-02 03:04Z\n2024-01-03 03:04\n",
         {"columns:t=time"},
         "t tsu:UTC",
         "2024-01-02T08:04:00Z|2024-01-02T03:04:00Z",
         "4:t:not a time"},
        {"t\n\n", {"columns:t=time"}, "t tsu:", "", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__nulls(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"s,n,x\n,,1\n\"\",\"\",2\nNULL,null,3\n\\N,N/A,4\nn/a,NA,5\n#N/A,7,6\n",
         {0},
         "s u, n l, x l",
         "\\N,\\N,1|,\\N,2|\\N,\\N,3|\\N,\\N,4|\\N,\\N,5|\\N,7,6",
         ""},
        {"s,n\n\"NULL\",1\n nul ,2\n", {0}, "s u, n l", "NULL,1|nul,2", ""},
        {"s,n\n-,1\nNULL,-\n,3\n", {"nulls+-"}, "s u, n l", "\\N,1|NULL,\\N|,3", ""},
        {"s,n\n unknown ,1\n", {"nulls+unknown"}, NULL, "\\N,1", ""},
        {"s,n\n ,1\n x ,2\n", {"trim=false"}, NULL, " ,1| x ,2", ""},
        {"s,n\n\" x \", 2 \n", {0}, "s u, n l", " x ,2", ""},
        {"a,b\n,\n,\n", {0}, "a u, b u", "\\N,\\N|\\N,\\N", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__headers(void **state)
{
    (void)state;
    static const struct csv_case cases[] = {
        {"1,x\n2,y\n", {0}, "column1 l, column2 u", "1,x|2,y", ""},
        {"1,x\n2,y\n", {"header=yes"}, "1 l, x u", "2,y", ""},
        {"a,b\n2,y\n", {"header=no"}, "column1 u, column2 u", "a,b|2,y", ""},
        {"a,b\n2,y\n", {"names+n", "names+s"}, "n u, s u", "a,b|2,y", ""},
        {"a,b\n2,y\n", {"names+n", "names+s", "header=yes"}, "n l, s u", "2,y", ""},
        {"2,y,\n", {"names+n", "names+s"}, "n l, s u", "2,y", ""},
        {"2,y,7\n1\n", {"names+n", "names+s", "ragged=fill"}, "n l, s u", "2,y|1,\\N", ""},
        {"05/06/2019,x\n", {0}, "column1 u, column2 u", "05/06/2019,x", ""},
        {"x,true\n", {0}, "column1 u, column2 b", "x,true", ""},
        {"# hello\n#\na,b\n#1,2\n3,4\n", {"comment=#"}, "a l, b l", "3,4", ""},
        {"Report\nof May\na;b\n3;4\n", {"skip=2"}, "a l, b l", "3,4", ""},
        {"\xEF\xBB\xBFReport \"1\na;b\n3;4\n", {"skip=1"}, "a l, b l", "3,4", ""},
        {"", {"names+n"}, "n u", "", ""},
    };
    CSV_CHECK_ALL(cases);
}

static void test_crm_csv_source__lines_and_counts(void **state)
{
    (void)state;
    struct harness_table t;
    struct harness *h = csv_harness("skipped\n# c\na,b\n1,\"x\ny\"\n\n# d\n2\n3,z\n\"4\n\n\"");
    harness_set(h, "skip", "1");
    harness_set(h, "comment", "#");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.n_rejects, 2);
    assert_int_equal(t.rejects[0].line, 8);
    assert_int_equal(t.rejects[0].offset, 29);
    assert_string_equal(t.rejects[0].excerpt, "2");
    assert_int_equal(t.rejects[1].line, 10);
    assert_string_equal(t.rejects[1].excerpt, "\"4\\x0a\\x0a\"");
    assert_int_equal(t.records, 4);
    assert_int_equal(t.lines, 12);
    assert_null(t.time_column);
    csv_done(h, &t);
}

static void test_crm_csv_source__notes(void **state)
{
    (void)state;
    struct harness_table t;
    struct harness *h = csv_harness("a;t;a;\n1;2024-01-02 03:04;x;y\n");
    harness_put(h, "columns", "a", "string");
    csv_read(h, &t);
    assert_string_equal(t.notes, "column 3 has the name of another: called `a_2`\n"
                                 "column 4 has no name: called `column4`\n"
                                 "UTF-8, delimiter `;`, with header\n"
                                 "column 1 `a`: string\n"
                                 "column 2 `t`: time without zone, by the first records\n"
                                 "column 3 `a_2`: string, by the first records\n"
                                 "column 4 `column4`: string, by the first records\n");
    csv_done(h, &t);
}

static void test_crm_csv_source__long_records(void **state)
{
    (void)state;
    static char text[20000];
    struct harness_table t;
    size_t n = (size_t)sprintf(text, "a,b\n1,");
    memset(text + n, 'x', 3000);
    n += 3000;
    n += (size_t)sprintf(text + n, "\n2,\"");
    memset(text + n, '\n', 3000);
    n += 3000;
    n += (size_t)sprintf(text + n, "\"\n3,z\n");
    struct harness *h = csv_harness(text);
    const struct harness_options options = {.threads = 1, .max_record = 1000};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], "3\tz");
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "longer than max_record");
    assert_string_equal(t.rejects[1].reason, "longer than max_record");
    assert_int_equal(t.rejects[1].line, 3);
    assert_int_equal(t.lines, 3004);
    harness_table_release(&t);
    const struct harness_options fine = {.threads = 1, .max_record = 3002};
    assert_int_equal(harness_read(h, &fine, &t), PT_OK);
    assert_int_equal(t.n_rejects, 1); // 2,"..." has 3,004 bytes
    csv_done(h, &t);
}

// Over 16 MiB without an end: an open quote, and a line.
static void test_crm_csv_source__beyond_the_horizon(void **state)
{
    (void)state;
    uint64_t size = UINT64_C(17) << 20;
    char *text = malloc(2 * size + 100);
    struct harness_table t;
    struct harness_table cut;
    size_t n = (size_t)sprintf(text, "a,b\n1,\"open\n2,y\n");
    for (uint64_t i = 0; i < size; i += 4, n += 4) {
        memcpy(text + n, "3,z\n", 4);
    }
    n += (size_t)sprintf(text + n, "4,");
    memset(text + n, 'x', size);
    n += size;
    n += (size_t)sprintf(text + n, "\"\n5,w\n");
    struct harness *h = harness_new("crm-csv");
    harness_bytes(h, "path", "a.csv", text, n);
    csv_read(h, &t);
    assert_int_equal(t.n_rows, size / 4 + 2);
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "longer than 16 MiB, or a quote is not closed");
    assert_int_equal(t.rejects[0].line, 2);
    assert_string_equal(t.rejects[0].excerpt, "1,\"open");
    assert_int_equal(t.rejects[1].line, size / 4 + 4);
    const struct harness_options small = {.threads = 2, .target_bytes = UINT64_C(5) << 20};
    assert_int_equal(harness_read(h, &small, &cut), PT_OK);
    assert_true(cut.n_splits > 3);
    assert_true(harness_equal(&t, &cut));
    harness_table_release(&cut);
    csv_done(h, &t);
    free(text);
}

static void test_crm_csv_source__many_fields(void **state)
{
    (void)state;
    static char text[40000];
    struct harness_table t;
    size_t n = 0;
    for (uint32_t line = 0; line < 3; line++) {
        for (uint32_t i = 0; i < 4095 + (line == 1); i++) {
            text[n++] = ',';
        }
        n += (size_t)sprintf(text + n, "x\n");
    }
    text[0] = 'a';
    text[1] = ','; // the first line: one comma less, 4,095 fields
    struct harness *h = csv_harness(text);
    csv_read(h, &t);
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "more than 4096 fields");
    assert_string_equal(t.rejects[1].reason, "4096 fields, expected 4095");
    csv_done(h, &t);
}

static void test_crm_csv_source__dictionaries(void **state)
{
    (void)state;
    char text[16000] = "few,many,n\n";
    struct harness_table t;
    size_t n = strlen(text);
    for (uint32_t i = 0; i < 500; i++) {
        n += (size_t)sprintf(text + n, "%c,name %u,%u\n", 'a' + i % 5, i, i);
    }
    struct harness *h = csv_harness(text);
    csv_read(h, &t);
    assert_string_equal(t.schema, "few dict, many u, n l");
    assert_string_equal(t.rows[499], "e\tname 499\t499");
    csv_done(h, &t);
}

static void test_crm_csv_source__projection(void **state)
{
    (void)state;
    static const char *const names[] = {"c", "a"};
    const struct harness_options options = {.threads = 1, .columns = names, .n_columns = 2};
    struct harness_table t;
    struct harness *h = csv_harness("a,b,c\n1,x,y\n2,\"\"\"\",z\n3,w\n");
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(t.rows[1], "z\t2");
    assert_int_equal(t.n_rejects, 1);
    csv_done(h, &t);
}

// A file of every shape at once, bad records among good ones.
static char *large_text(uint64_t *size)
{
    char *text = malloc(400000);
    uint64_t n = (uint64_t)sprintf(text, "id,name,day,\"note \"\"1\"\"\"\n");
    for (uint32_t i = 0; i < 4000; i++) {
        static const char *const odd[] = {"\n",         "x\n",      "\"open\n",     "1,\"a\"b,,\n",
                                          "1,\xff,,\n", ",,,,,9\n", "\"\n\n\",,,\n"};
        n += (uint64_t)sprintf(text + n, "%u,\"Name, %u\n\"\"of\"\" %u\",2024-%02u-%02u,%s%s", i, i,
                               i % 7, i % 12 + 1, i % 28 + 1, i % 3 == 0 ? "" : "\"\"",
                               i % 2 == 0 ? "\n" : "\r\n");
        n += (uint64_t)sprintf(text + n, "%s", i % 50 == 0 ? odd[i / 50 % 7] : "");
    }
    *size = n;
    return text;
}

static void test_crm_csv_source__splits_and_threads_change_nothing(void **state)
{
    (void)state;
    static const uint64_t targets[] = {0, 1, 4096, 50000};
    static const uint32_t threads[] = {1, 2, 8};
    uint64_t size = 0;
    char *text = large_text(&size);
    struct harness *h = harness_new("crm-csv");
    struct harness_table whole;
    harness_bytes(h, "path", "a.csv", text, size);
    harness_bytes(h, "path", "b.csv", text, size / 2);
    csv_read(h, &whole);
    assert_true(whole.n_rows > 5900 && whole.n_rejects > 60);
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 3; k++) {
            const struct harness_options options = {
                .threads = threads[k], .target_bytes = targets[i], .batch_rows = 333};
            struct harness_table t;
            harness_read_limit(h, k == 1 ? 1000 : 0);
            assert_int_equal(harness_read(h, &options, &t), PT_OK);
            assert_true(targets[i] == 0 || t.n_splits > size / 50000);
            assert_true(harness_equal(&whole, &t));
            assert_int_equal(t.records, whole.records);
            assert_int_equal(t.lines, whole.lines);
            harness_table_release(&t);
        }
    }
    csv_done(h, &whole);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_source__shapes_of_files),
        cmocka_unit_test(test_crm_csv_source__quotes),
        cmocka_unit_test(test_crm_csv_source__bad_records_cost_a_line),
        cmocka_unit_test(test_crm_csv_source__nul_bytes),
        cmocka_unit_test(test_crm_csv_source__types),
        cmocka_unit_test(test_crm_csv_source__numbers),
        cmocka_unit_test(test_crm_csv_source__zones_of_a_time),
        cmocka_unit_test(test_crm_csv_source__nulls),
        cmocka_unit_test(test_crm_csv_source__headers),
        cmocka_unit_test(test_crm_csv_source__lines_and_counts),
        cmocka_unit_test(test_crm_csv_source__notes),
        cmocka_unit_test(test_crm_csv_source__long_records),
        cmocka_unit_test(test_crm_csv_source__beyond_the_horizon),
        cmocka_unit_test(test_crm_csv_source__many_fields),
        cmocka_unit_test(test_crm_csv_source__dictionaries),
        cmocka_unit_test(test_crm_csv_source__projection),
        cmocka_unit_test(test_crm_csv_source__splits_and_threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

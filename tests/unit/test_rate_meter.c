#include "config.h"

#include "core/rate_meter.h"

#define SECOND 1000000

static void
test_steady(void)
{
  RateMeter meter;
  rate_meter_reset(&meter);
  g_assert_false(rate_meter_sample(&meter, 0, 0));
  g_assert_true(rate_meter_sample(&meter, SECOND, 100));
  g_assert_cmpfloat(meter.rate, ==, 100.0);
  g_assert_false(rate_meter_sample(&meter, 2 * SECOND, 200));
  g_assert_cmpfloat(meter.rate, ==, 100.0);
}

static void
test_falls_to_zero(void)
{
  RateMeter meter;
  rate_meter_reset(&meter);
  rate_meter_sample(&meter, 0, 0);
  rate_meter_sample(&meter, SECOND, 500);
  rate_meter_sample(&meter, 2 * SECOND, 500);
  g_assert_cmpfloat(meter.rate, ==, 250.0);
  rate_meter_sample(&meter, 3 * SECOND, 500);
  g_assert_cmpfloat(meter.rate, ==, 0.0);
  g_assert_false(rate_meter_sample(&meter, 4 * SECOND, 500));
}

/* More samples than there is room for must not lose the mean nor write past the end. */
static void
test_many_samples(void)
{
  RateMeter meter;
  rate_meter_reset(&meter);
  for (gint64 i = 0; i < 1000; i++)
    rate_meter_sample(&meter, i * SECOND / 10, (guint64)i * 10);
  g_assert_cmpfloat(meter.rate, ==, 100.0);
  g_assert_cmpuint(meter.used, <=, G_N_ELEMENTS(meter.samples));
}

static void
test_same_instant(void)
{
  RateMeter meter;
  rate_meter_reset(&meter);
  rate_meter_sample(&meter, 5, 0);
  rate_meter_sample(&meter, 5, 10);
  g_assert_cmpfloat(meter.rate, ==, 0.0);
}

static void
test_differs(void)
{
  RateMeter meter;
  rate_meter_reset(&meter);
  g_assert_false(rate_meter_differs(&meter, 0));
  g_assert_true(rate_meter_differs(&meter, 1));
  rate_meter_sample(&meter, SECOND, 7);
  g_assert_false(rate_meter_differs(&meter, 7));
  g_assert_true(rate_meter_differs(&meter, 8));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rate_meter/steady", test_steady);
  g_test_add_func("/rate_meter/falls_to_zero", test_falls_to_zero);
  g_test_add_func("/rate_meter/many_samples", test_many_samples);
  g_test_add_func("/rate_meter/same_instant", test_same_instant);
  g_test_add_func("/rate_meter/differs", test_differs);
  return g_test_run();
}

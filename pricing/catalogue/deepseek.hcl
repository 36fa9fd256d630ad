# Prices of deepseek, in USD per million tokens unless a unit says otherwise.

provider "deepseek" {
  id_prefixes           = ["deepseek/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 64
  tool_overhead_tokens  = 512
}

# Peak hours are dearer, except on public holidays in China. No source that was
# compared lists those days, so none is assumed: holds and charges take a holiday
# for a working day, the dearer reading.
window "peak" {
  days = ["mon", "tue", "wed", "thu", "fri"]
  utc  = ["01:00-04:00", "06:00-10:00"]
}

model "deepseek-flash" {
  ids               = ["deepseek-v4-flash"]
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "OpenRouter, a reseller, and a copy of the vendor page in CNY"
  verified_at       = "2026-10-02"
  confidence        = "agreed"
  note              = "V4.1-Flash; billed in CNY by the vendor"
  price {
    window       = "peak"
    input        = "0.3"
    cached_input = "0.006"
    output       = "1.2"
  }
  price {
    input        = "0.15"
    cached_input = "0.003"
    output       = "0.6"
  }
}

model "deepseek-v4-pro" {
  context_tokens    = 1048576
  max_output_tokens = 384000
  hidden_output     = true
  source            = "OpenRouter and a copy of the vendor page in CNY"
  verified_at       = "2026-08-26"
  confidence        = "agreed"
  note              = "V4-Pro-0813; cached input from the CNY price by the ratio of the others; billed in CNY by the vendor"
  price {
    window       = "peak"
    input        = "1.32"
    cached_input = "0.044"
    output       = "3.96"
  }
  price {
    input        = "0.66"
    cached_input = "0.022"
    output       = "1.98"
  }
}

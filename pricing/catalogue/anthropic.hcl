# Prices of anthropic, in USD per million tokens unless a unit says otherwise.

provider "anthropic" {
  id_prefixes           = ["anthropic/"]
  normalizes_text       = true
  cache_writes          = "explicit"
  fixed_overhead_tokens = 16
  tool_overhead_tokens  = 530
  # "priority" is capacity bought in advance; its tokens have no dearer price.
  service_tier_names = { priority = "standard" }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  unit "web_fetch" {
    price = "0"
    free  = true
  }
  multiplier {
    service_tier = "batch"
    bp           = 5000
  }
}

model "claude-2.1" {
  source      = "Langfuse, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input  = "8"
    output = "24"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-haiku-20241022" {
  source      = "Langfuse, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input          = "0.8"
    cached_input   = "0.08"
    cache_write_5m = "1"
    cache_write_1h = "1.6"
    output         = "4"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-haiku-latest" {
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input          = "0.8"
    cached_input   = "0.08"
    cache_write_5m = "1"
    cache_write_1h = "1.6"
    output         = "4"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-sonnet-20240620" {
  context_tokens    = 200000
  max_output_tokens = 8192
  source            = "Langfuse, Portkey Models, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-sonnet-20241022" {
  context_tokens    = 200000
  max_output_tokens = 8192
  source            = "Langfuse, Portkey Models, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-5-sonnet-latest" {
  source      = "Langfuse, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-7-sonnet-20250219" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  retires_on        = "2026-02-19"
  source            = "Langfuse, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-7-sonnet-latest" {
  source      = "Langfuse, genai-prices, Portkey Models"
  verified_at = "2026-08-22"
  confidence  = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-haiku-20240307" {
  context_tokens    = 200000
  max_output_tokens = 4096
  source            = "Langfuse, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "0.25"
    cached_input   = "0.03"
    cache_write_5m = "0.3"
    cache_write_1h = "6"
    output         = "1.25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-opus-20240229" {
  context_tokens    = 200000
  max_output_tokens = 4096
  retires_on        = "2026-05-01"
  source            = "Langfuse, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-opus-latest" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-3-sonnet-20240229" {
  context_tokens    = 200000
  max_output_tokens = 4096
  source            = "Langfuse, Portkey Models, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-fable-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    cache_write_1h = "20"
    output         = "50"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-fable-5-1" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Helicone, llm-prices and three application price tables"
  verified_at       = "2026-10-09"
  confidence        = "agreed"
  note              = "cache read is 0.025 of input"
  price {
    input          = "10"
    cached_input   = "0.25"
    cache_write_5m = "12.5"
    cache_write_1h = "20"
    output         = "50"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-haiku-4-5" {
  ids               = ["claude-haiku-4-5-20251001"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "1"
    cached_input   = "0.1"
    cache_write_5m = "1.25"
    cache_write_1h = "2"
    output         = "5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-haiku-5-5" {
  hidden_output = true
  source        = "one table of an application"
  verified_at   = "2026-10-09"
  confidence    = "single"
  note          = "no cache prices are known: reads cost what input costs, writes what they cost at the vendor's other models"
  price {
    input          = "0.1"
    cache_write_5m = "0.125"
    cache_write_1h = "0.2"
    output         = "0.5"
  }
  price {
    above_input_tokens = 100000
    input              = "0.5"
    cache_write_5m     = "0.625"
    cache_write_1h     = "1"
    output             = "2.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4-0" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-1" {
  ids               = ["claude-opus-4-1-20250805"]
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-20250514" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  retires_on        = "2026-05-14"
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-5" {
  ids               = ["claude-opus-4-5-20251101"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  multiplier {
    service_tier = "fast"
    bp           = 60000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-opus-4-7" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  multiplier {
    service_tier = "fast"
    bp           = 60000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-4-8" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  multiplier {
    service_tier = "fast"
    bp           = 20000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  multiplier {
    service_tier = "fast"
    bp           = 20000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-opus-5-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "llm-prices and four application price tables"
  verified_at       = "2026-10-09"
  confidence        = "agreed"
  note              = "cache read is 0.05 of input; fast price not found"
  price {
    input          = "4"
    cached_input   = "0.2"
    cache_write_5m = "5"
    cache_write_1h = "8"
    output         = "20"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-sonnet-4-0" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-20250514" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  retires_on        = "2026-05-14"
  source            = "Langfuse, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  price {
    above_input_tokens = 200000
    input              = "6"
    cached_input       = "0.6"
    cache_write_5m     = "7.5"
    output             = "22.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-5" {
  ids               = ["claude-sonnet-4-5-20250929"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "Langfuse, genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  price {
    above_input_tokens = 200000
    input              = "6"
    cached_input       = "0.6"
    cache_write_5m     = "7.5"
    cache_write_1h     = "12"
    output             = "22.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "claude-sonnet-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Langfuse, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-22"
  confidence        = "agreed"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    cache_write_1h = "4"
    output         = "10"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "claude-sonnet-5-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "llm-prices and two application price tables"
  verified_at       = "2026-10-09"
  confidence        = "agreed"
  note              = "one-hour cache write not found: twice the input price, as for every other model of the vendor; limits as for claude-sonnet-5"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    cache_write_1h = "4"
    output         = "10"
  }
  multiplier {
    region = "us"
    bp     = 11000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

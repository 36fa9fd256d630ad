# Prices of bedrock, in USD per million tokens unless a unit says otherwise.

provider "bedrock" {
  id_prefixes           = ["bedrock/"]
  region_prefixes       = ["us.", "eu.", "apac.", "au.", "jp.", "global."]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 128
  tool_overhead_tokens  = 530
}

model "ai21.j2-mid-v1" {
  context_tokens    = 8191
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "12.5"
    output = "12.5"
  }
}

model "ai21.j2-ultra-v1" {
  context_tokens    = 8191
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "18.8"
    output = "18.8"
  }
}

model "amazon.nova-lite-v1:0" {
  context_tokens    = 300000
  max_output_tokens = 10000
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.06"
    cached_input = "0.015"
    output       = "0.24"
  }
}

model "amazon.nova-micro-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 10000
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.035"
    cached_input = "0.00875"
    output       = "0.14"
  }
}

model "amazon.nova-pro-v1:0" {
  context_tokens    = 300000
  max_output_tokens = 10000
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.8"
    cached_input = "0.2"
    output       = "3.2"
  }
}

model "amazon.titan-embed-text-v1" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "genai-prices, Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "amazon.titan-embed-text-v2:0" {
  kind           = "embedding"
  context_tokens = 8192
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.02"
  }
}

model "amazon.titan-text-express-v1" {
  context_tokens    = 42000
  max_output_tokens = 8000
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.6"
  }
}

model "amazon.titan-text-lite-v1" {
  context_tokens    = 42000
  max_output_tokens = 4000
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.2"
  }
}

model "anthropic.claude-3-5-haiku-20241022-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 8192
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
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

model "anthropic.claude-3-5-sonnet-20240620-v1:0" {
  context_tokens    = 1000000
  max_output_tokens = 4096
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
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
    output             = "30"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-3-5-sonnet-20241022-v2:0" {
  context_tokens    = 1000000
  max_output_tokens = 8192
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
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
    output             = "30"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-3-7-sonnet-20250219-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 8192
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
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

model "anthropic.claude-3-haiku-20240307-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 4096
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "0.25"
    cached_input   = "0.025"
    cache_write_5m = "0.3125"
    output         = "1.25"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-3-opus-20240229-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 4096
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    output         = "75"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-3-sonnet-20240229-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 4096
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    output         = "15"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-fable-5" {
  ids               = ["global.anthropic.claude-fable-5"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "10"
    cached_input   = "1"
    cache_write_5m = "12.5"
    cache_write_1h = "20"
    output         = "50"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "anthropic.claude-haiku-4-5-20251001-v1:0" {
  ids               = ["global.anthropic.claude-haiku-4-5-20251001-v1:0"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
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

model "anthropic.claude-instant-v1" {
  context_tokens    = 100000
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.8"
    output = "2.4"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-opus-4-1-20250805-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-opus-4-20250514-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    cache_write_1h = "30"
    output         = "75"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-opus-4-5-20251101-v1:0" {
  ids               = ["global.anthropic.claude-opus-4-5-20251101-v1:0"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-opus-4-6-v1" {
  ids               = ["global.anthropic.claude-opus-4-6-v1"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-opus-4-7" {
  ids               = ["global.anthropic.claude-opus-4-7"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "anthropic.claude-opus-4-8" {
  ids               = ["global.anthropic.claude-opus-4-8"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "anthropic.claude-opus-5" {
  ids               = ["global.anthropic.claude-opus-5"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "5"
    cached_input   = "0.5"
    cache_write_5m = "6.25"
    cache_write_1h = "10"
    output         = "25"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "anthropic.claude-sonnet-4-20250514-v1:0" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
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
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-sonnet-4-5-20250929-v1:0" {
  ids               = ["global.anthropic.claude-sonnet-4-5-20250929-v1:0"]
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
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
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-sonnet-4-6" {
  ids               = ["global.anthropic.claude-sonnet-4-6"]
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    cache_write_1h = "6"
    output         = "15"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "anthropic.claude-sonnet-5" {
  ids               = ["global.anthropic.claude-sonnet-5"]
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "2"
    cached_input   = "0.2"
    cache_write_5m = "2.5"
    cache_write_1h = "4"
    output         = "10"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "anthropic.claude-v1" {
  context_tokens    = 100000
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
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

model "anthropic.claude-v2:1" {
  context_tokens    = 100000
  max_output_tokens = 8191
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
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

model "au.anthropic.claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "3.3"
    cached_input   = "0.33"
    cache_write_5m = "4.125"
    cache_write_1h = "6.6"
    output         = "16.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "cohere.command-light-text-v14" {
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.6"
  }
}

model "cohere.command-r-plus-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "3"
    output = "15"
  }
}

model "cohere.command-r-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "cohere.command-text-v14" {
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.5"
    output = "2"
  }
}

model "cohere.embed-english-v3" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "cohere.embed-multilingual-v3" {
  kind           = "embedding"
  context_tokens = 512
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.1"
  }
}

model "cohere.embed-v4:0" {
  kind           = "embedding"
  context_tokens = 128000
  source         = "Portkey Models, LiteLLM"
  verified_at    = "2026-08-21"
  confidence     = "agreed"
  price {
    input = "0.12"
  }
}

model "deepseek.r1-v1:0" {
  ids               = ["us.deepseek.r1-v1:0"]
  context_tokens    = 128000
  max_output_tokens = 32768
  hidden_output     = true
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.35"
    output = "5.4"
  }
}

model "deepseek.v3-v1:0" {
  context_tokens    = 163840
  max_output_tokens = 81920
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.58"
    output = "1.68"
  }
}

model "deepseek.v3.2" {
  context_tokens    = 163840
  max_output_tokens = 163840
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.62"
    output = "1.85"
  }
}

model "eu.anthropic.claude-fable-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "11"
    cached_input   = "1.1"
    cache_write_5m = "13.75"
    cache_write_1h = "22"
    output         = "55"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "eu.anthropic.claude-haiku-4-5-20251001-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  retires_on        = "2026-10-15"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "1.1"
    cached_input   = "0.11"
    cache_write_5m = "1.375"
    cache_write_1h = "2.2"
    output         = "5.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "eu.anthropic.claude-opus-4-6-v1" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "eu.anthropic.claude-opus-4-7" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "eu.anthropic.claude-opus-4-8" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "eu.anthropic.claude-sonnet-4-5-20250929-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "3.3"
    cached_input   = "0.33"
    cache_write_5m = "4.125"
    cache_write_1h = "6.6"
    output         = "16.5"
  }
  price {
    above_input_tokens = 200000
    input              = "6.6"
    cached_input       = "0.66"
    cache_write_5m     = "8.25"
    cache_write_1h     = "13.2"
    output             = "24.75"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "eu.anthropic.claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "3.3"
    cached_input   = "0.33"
    cache_write_5m = "4.125"
    cache_write_1h = "6.6"
    output         = "16.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "eu.anthropic.claude-sonnet-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "2.2"
    cached_input   = "0.22"
    cache_write_5m = "2.75"
    cache_write_1h = "4.4"
    output         = "11"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "global.amazon.nova-2-lite-v1:0" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.075"
    output       = "2.5"
  }
}

model "global.anthropic.claude-sonnet-4-20250514-v1:0" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3"
    cached_input   = "0.3"
    cache_write_5m = "3.75"
    output         = "15"
  }
  price {
    above_input_tokens = 200000
    input              = "6"
    cached_input       = "0.6"
    cache_write_5m     = "7.5"
    output             = "22.5"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "google.gemma-3-12b-it" {
  context_tokens    = 131072
  max_output_tokens = 8192
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.09"
    output = "0.29"
  }
}

model "google.gemma-3-27b-it" {
  context_tokens    = 202752
  max_output_tokens = 8192
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.23"
    output = "0.38"
  }
}

model "google.gemma-3-4b-it" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.04"
    output = "0.08"
  }
}

model "meta.llama2-13b-chat-v1" {
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.75"
    output = "1"
  }
}

model "meta.llama2-70b-chat-v1" {
  context_tokens    = 4096
  max_output_tokens = 4096
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1.95"
    output = "2.56"
  }
}

model "meta.llama3-1-70b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.72"
    output = "0.72"
  }
}

model "meta.llama3-1-8b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.22"
    output = "0.22"
  }
}

model "meta.llama3-2-11b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.16"
    output = "0.16"
  }
}

model "meta.llama3-2-1b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "meta.llama3-2-3b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "meta.llama3-2-90b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.72"
    output = "0.72"
  }
}

model "meta.llama3-3-70b-instruct-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 4096
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.72"
    output = "0.72"
  }
}

model "meta.llama3-70b-instruct-v1:0" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.65"
    output = "3.5"
  }
}

model "meta.llama3-8b-instruct-v1:0" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "0.6"
  }
}

model "meta.llama4-maverick-17b-instruct-v1:0" {
  ids               = ["us.meta.llama4-maverick-17b-instruct-v1:0"]
  context_tokens    = 1000000
  max_output_tokens = 16384
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.24"
    output = "0.97"
  }
  price {
    service_tier = "batch"
    input        = "0.12"
    output       = "0.485"
  }
}

model "meta.llama4-scout-17b-instruct-v1:0" {
  ids               = ["us.meta.llama4-scout-17b-instruct-v1:0"]
  context_tokens    = 3500000
  max_output_tokens = 16384
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.17"
    output = "0.66"
  }
  price {
    service_tier = "batch"
    input        = "0.085"
    output       = "0.33"
  }
}

model "minimax.minimax-m2" {
  context_tokens    = 204608
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "1.2"
  }
}

model "minimax.minimax-m2.1" {
  context_tokens    = 204800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "1.2"
  }
}

model "minimax.minimax-m2.5" {
  context_tokens    = 1000000
  max_output_tokens = 98304
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.3"
    output = "1.2"
  }
}

model "mistral.devstral-2-123b" {
  context_tokens    = 256000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.4"
    output = "2"
  }
}

model "mistral.magistral-small-2509" {
  context_tokens    = 128000
  max_output_tokens = 40000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "mistral.ministral-3-14b-instruct" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.2"
  }
}

model "mistral.ministral-3-3b-instruct" {
  context_tokens    = 256000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.1"
  }
}

model "mistral.ministral-3-8b-instruct" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.15"
  }
}

model "mistral.mistral-7b-instruct-v0:2" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.2"
  }
}

model "mistral.mistral-large-2402-v1:0" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "4"
    output = "12"
  }
}

model "mistral.mistral-large-3-675b-instruct" {
  context_tokens    = 256000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.5"
  }
}

model "mistral.mistral-small-2402-v1:0" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "3"
  }
}

model "mistral.mixtral-8x7b-instruct-v0:1" {
  context_tokens    = 32000
  max_output_tokens = 8191
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.45"
    output = "0.7"
  }
}

model "mistral.pixtral-large-2502-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "6"
  }
}

model "mistral.voxtral-mini-3b-2507" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.04"
    output = "0.04"
  }
}

model "mistral.voxtral-small-24b-2507" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.1"
    output = "0.3"
  }
}

model "moonshot.kimi-k2-thinking" {
  context_tokens    = 262143
  max_output_tokens = 16000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "2.5"
  }
}

model "moonshotai.kimi-k2.5" {
  context_tokens    = 262144
  max_output_tokens = 262144
  hidden_output     = true
  source            = "Portkey Models, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "3"
  }
}

model "nvidia.nemotron-nano-12b-v2" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.2"
    output = "0.6"
  }
}

model "nvidia.nemotron-nano-3-30b" {
  context_tokens    = 262144
  max_output_tokens = 8192
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.06"
    output = "0.24"
  }
}

model "nvidia.nemotron-nano-9b-v2" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.06"
    output = "0.23"
  }
}

model "nvidia.nemotron-super-3-120b" {
  context_tokens    = 262144
  max_output_tokens = 131072
  hidden_output     = true
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.65"
  }
}

model "openai.gpt-5.4" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2.75"
    cached_input = "0.275"
    output       = "16.5"
  }
}

model "openai.gpt-5.5" {
  context_tokens    = 272000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5.5"
    cached_input = "0.55"
    output       = "33"
  }
}

model "openai.gpt-5.6-sol" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "5.5"
    cached_input = "0.55"
    output       = "33"
  }
}

model "openai.gpt-oss-120b-1:0" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "openai.gpt-oss-20b-1:0" {
  context_tokens    = 128000
  max_output_tokens = 128000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.07"
    output = "0.3"
  }
}

model "openai.gpt-oss-safeguard-120b" {
  context_tokens    = 128000
  max_output_tokens = 16384
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "openai.gpt-oss-safeguard-20b" {
  context_tokens    = 128000
  max_output_tokens = 16384
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input  = "0.07"
    output = "0.2"
  }
}

model "qwen.qwen3-coder-480b-a35b-v1:0" {
  context_tokens    = 262144
  max_output_tokens = 65536
  source            = "LiteLLM, models.dev, Portkey Models"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "sources differ on input (0.22 or 0.45): the dearer is listed"
  price {
    input  = "0.45"
    output = "1.8"
  }
}

model "qwen.qwen3-235b-a22b-2507-v1:0" {
  context_tokens    = 262144
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.22"
    output = "0.88"
  }
}

model "qwen.qwen3-32b-v1:0" {
  context_tokens    = 131072
  max_output_tokens = 16384
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "qwen.qwen3-coder-30b-a3b-v1:0" {
  context_tokens    = 262144
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "0.6"
  }
}

model "qwen.qwen3-coder-next" {
  context_tokens    = 262144
  max_output_tokens = 65536
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.5"
    output = "1.2"
  }
}

model "qwen.qwen3-next-80b-a3b" {
  context_tokens    = 262000
  max_output_tokens = 262000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.15"
    output = "1.2"
  }
}

model "qwen.qwen3-vl-235b-a22b" {
  context_tokens    = 262000
  max_output_tokens = 262000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.53"
    output = "2.66"
  }
}

model "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input          = "3.6"
    cached_input   = "0.36"
    cache_write_5m = "4.5"
    cache_write_1h = "7.2"
    output         = "18"
  }
  price {
    above_input_tokens = 200000
    input              = "7.2"
    cached_input       = "0.72"
    cache_write_5m     = "9"
    cache_write_1h     = "14.4"
    output             = "27"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "us.anthropic.claude-fable-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "11"
    cached_input   = "1.1"
    cache_write_5m = "13.75"
    cache_write_1h = "22"
    output         = "55"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "us.anthropic.claude-opus-4-1-20250805-v1:0" {
  context_tokens    = 200000
  max_output_tokens = 32000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM, models.dev"
  verified_at       = "2026-08-01"
  confidence        = "agreed"
  price {
    input          = "15"
    cached_input   = "1.5"
    cache_write_5m = "18.75"
    output         = "75"
  }
  unit "web_search" {
    price = "10"
    per   = 1000
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "us.anthropic.claude-opus-4-6-v1" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "us.anthropic.claude-opus-4-7" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "us.anthropic.claude-opus-4-8" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "5.5"
    cached_input   = "0.55"
    cache_write_5m = "6.875"
    cache_write_1h = "11"
    output         = "27.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "us.anthropic.claude-sonnet-4-6" {
  context_tokens    = 1000000
  max_output_tokens = 64000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "3.3"
    cached_input   = "0.33"
    cache_write_5m = "4.125"
    cache_write_1h = "6.6"
    output         = "16.5"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 1700
    max_tokens_per_page  = 4700
    max_pages            = 100
  }
}

model "us.anthropic.claude-sonnet-5" {
  context_tokens    = 1000000
  max_output_tokens = 128000
  hidden_output     = true
  cache_writes      = "explicit"
  source            = "LiteLLM"
  verified_at       = "2026-08-01"
  confidence        = "single"
  note              = "other sources list the price without the regional 10%: the dearer is listed"
  price {
    input          = "2.2"
    cached_input   = "0.22"
    cache_write_5m = "2.75"
    cache_write_1h = "4.4"
    output         = "11"
  }
  media {
    images               = "capped"
    max_tokens_per_image = 5000
    max_tokens_per_page  = 9000
    max_pages            = 600
  }
}

model "us.writer.palmyra-x4-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 8192
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "us.writer.palmyra-x5-v1:0" {
  context_tokens    = 1000000
  max_output_tokens = 8192
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "6"
  }
}

model "writer.palmyra-x4-v1:0" {
  context_tokens    = 128000
  max_output_tokens = 8192
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2.5"
    output = "10"
  }
}

model "writer.palmyra-x5-v1:0" {
  context_tokens    = 1040000
  max_output_tokens = 8192
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "6"
  }
}

model "zai.glm-4.7" {
  context_tokens    = 204800
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.6"
    output = "2.2"
  }
}

model "zai.glm-4.7-flash" {
  context_tokens    = 200000
  max_output_tokens = 131072
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "0.07"
    output = "0.4"
  }
}

model "zai.glm-5" {
  context_tokens    = 202752
  max_output_tokens = 128000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "1"
    output = "3.2"
  }
}

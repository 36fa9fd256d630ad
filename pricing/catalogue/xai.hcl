# Prices of xai, in USD per million tokens unless a unit says otherwise.

provider "xai" {
  id_prefixes           = ["xai/"]
  normalizes_text       = true
  cache_writes          = "none"
  fixed_overhead_tokens = 1024
  tool_overhead_tokens  = 512
}

model "grok-2" {
  ids               = ["grok-2-1212"]
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "10"
  }
}

model "grok-2-latest" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "10"
  }
}

model "grok-2-vision" {
  ids               = ["grok-2-vision-1212"]
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "10"
  }
}

model "grok-2-vision-latest" {
  context_tokens    = 32768
  max_output_tokens = 32768
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "2"
    output = "10"
  }
}

model "grok-3" {
  context_tokens    = 131072
  max_output_tokens = 131072
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
}

model "grok-3-beta" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
}

model "grok-3-fast-beta" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "1.25"
    output       = "25"
  }
}

model "grok-3-fast-latest" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "5"
    cached_input = "1.25"
    output       = "25"
  }
}

model "grok-3-latest" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
}

model "grok-3-mini" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  retires_on        = "2026-02-28"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.075"
    output       = "0.5"
  }
}

model "grok-3-mini-beta" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  retires_on        = "2026-02-28"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.075"
    output       = "0.5"
  }
}

model "grok-3-mini-fast" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "4"
  }
}

model "grok-3-mini-fast-beta" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "4"
  }
}

model "grok-3-mini-fast-latest" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.6"
    cached_input = "0.15"
    output       = "4"
  }
}

model "grok-3-mini-latest" {
  context_tokens    = 131072
  max_output_tokens = 131072
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.3"
    cached_input = "0.075"
    output       = "0.5"
  }
}

model "grok-4" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
}

model "grok-4-0709" {
  context_tokens    = 256000
  max_output_tokens = 256000
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
  price {
    above_input_tokens = 128000
    input              = "6"
    output             = "30"
  }
}

model "grok-4-1-fast" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-1-fast-non-reasoning" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-1-fast-non-reasoning-latest" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-1-fast-reasoning" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  hidden_output     = true
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-1-fast-reasoning-latest" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  hidden_output     = true
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-fast" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-fast-non-reasoning" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-fast-non-reasoning-latest" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-fast-reasoning" {
  context_tokens    = 2000000.0
  max_output_tokens = 2000000.0
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
  price {
    above_input_tokens = 128000
    input              = "0.4"
    output             = "1"
  }
}

model "grok-4-fast-reasoning-latest" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.05"
    output       = "0.5"
  }
}

model "grok-4-latest" {
  context_tokens    = 256000
  max_output_tokens = 256000
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "3"
    cached_input = "0.75"
    output       = "15"
  }
  price {
    above_input_tokens = 128000
    input              = "6"
    output             = "30"
  }
}

model "grok-4.20" {
  source      = "genai-prices, OpenRouter"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.2"
    output       = "2.5"
  }
}

model "grok-4.20-0309-reasoning" {
  context_tokens    = 2000000
  max_output_tokens = 2000000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "grok-4.20-beta-0309-non-reasoning" {
  context_tokens    = 2000000
  max_output_tokens = 2000000
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "grok-4.20-beta-0309-reasoning" {
  context_tokens    = 2000000
  max_output_tokens = 2000000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "grok-4.20-multi-agent" {
  source      = "genai-prices, Portkey Models"
  verified_at = "2026-08-21"
  confidence  = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "grok-4.20-multi-agent-beta-0309" {
  context_tokens    = 2000000
  max_output_tokens = 2000000
  hidden_output     = true
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.2"
    output       = "6"
  }
}

model "grok-4.3" {
  context_tokens    = 1000000
  max_output_tokens = 1000000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.2"
    output       = "2.5"
  }
  price {
    above_input_tokens = 200000
    input              = "2.5"
    cached_input       = "0.4"
    output             = "5"
  }
}

model "grok-4.3-latest" {
  context_tokens    = 1000000
  max_output_tokens = 1000000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1.25"
    cached_input = "0.2"
    output       = "2.5"
  }
  price {
    above_input_tokens = 200000
    input              = "2.5"
    cached_input       = "0.4"
    output             = "5"
  }
}

model "grok-4.7" {
  hidden_output = true
  source        = "OpenRouter, a reseller"
  verified_at   = "2026-10-02"
  confidence    = "single"
  note          = "above 200,000 input tokens no price is known: twice the price, as at grok-4.5"
  price {
    input  = "2"
    output = "6"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    output             = "12"
  }
}

model "grok-4.5" {
  context_tokens    = 500000
  max_output_tokens = 500000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM, OpenRouter"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  note              = "sources differ on cached input (0.3 or 0.5): the dearer is listed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "6"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    cached_input       = "1"
    output             = "12"
  }
}

model "grok-4.5-latest" {
  context_tokens    = 500000
  max_output_tokens = 500000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "2"
    cached_input = "0.5"
    output       = "6"
  }
  price {
    above_input_tokens = 200000
    input              = "4"
    cached_input       = "1"
    output             = "12"
  }
}

model "grok-beta" {
  context_tokens    = 131072
  max_output_tokens = 131072
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "5"
    output = "15"
  }
}

model "grok-build-0.1" {
  context_tokens    = 256000
  max_output_tokens = 256000
  hidden_output     = true
  source            = "genai-prices, OpenRouter, models.dev"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "1"
    cached_input = "0.2"
    output       = "2"
  }
}

model "grok-code-fast" {
  context_tokens    = 256000
  max_output_tokens = 256000
  hidden_output     = true
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.5"
  }
}

model "grok-code-fast-1" {
  ids               = ["grok-code-fast-1-0825"]
  context_tokens    = 256000
  max_output_tokens = 256000
  hidden_output     = true
  retires_on        = "2026-05-15"
  source            = "genai-prices, Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input        = "0.2"
    cached_input = "0.02"
    output       = "1.5"
  }
}

model "grok-vision-beta" {
  context_tokens    = 8192
  max_output_tokens = 8192
  source            = "Portkey Models, LiteLLM"
  verified_at       = "2026-08-21"
  confidence        = "agreed"
  price {
    input  = "5"
    output = "15"
  }
}
